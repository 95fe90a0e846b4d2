-- The pages of a task go with it, whatever ends it, unless it is kept for a retry: a trigger on waymark.tasks and waymark.failed_tasks.
create or replace function waymark._drop_pages() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from waymark.pages p where p.store_id = (old.heap -> 'store')::bigint
     and not exists (select from waymark.tasks t where t.run_id = old.run_id and t.heap -> 'store' = old.heap -> 'store')
     and not exists (select from waymark.failed_tasks t where t.run_id = old.run_id and t.heap -> 'store' = old.heap -> 'store');
  return null;
end
$$;
comment on function waymark._drop_pages() is 'Deletes the pages of a task that is gone.';

drop trigger if exists pages_go_with_their_task on waymark.tasks;
create trigger pages_go_with_their_task after delete on waymark.tasks
  for each row when (old.heap ? 'store') execute function waymark._drop_pages();
drop trigger if exists pages_go_with_their_failed_task on waymark.failed_tasks;
create trigger pages_go_with_their_failed_task after delete on waymark.failed_tasks
  for each row when (old.heap ? 'store') execute function waymark._drop_pages();
