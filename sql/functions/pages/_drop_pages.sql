-- The pages of a task go with it, whatever ends it: a trigger on waymark.tasks.
create or replace function waymark._drop_pages() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from waymark.pages p where p.store_id = (old.heap -> 'store')::bigint;
  return null;
end
$$;
comment on function waymark._drop_pages() is 'Deletes the pages of a task that is gone.';

drop trigger if exists pages_go_with_their_task on waymark.tasks;
create trigger pages_go_with_their_task after delete on waymark.tasks
  for each row when (old.heap ? 'store') execute function waymark._drop_pages();
