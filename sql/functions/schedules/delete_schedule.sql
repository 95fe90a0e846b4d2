-- Deletes a schedule. Its runs go on.
-- Locks: the schedule. SQLSTATEs: WM214.
create or replace function waymark.delete_schedule(p_name text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform waymark._lock_schedule(p_name);
  delete from waymark.schedules s where s.name = p_name;
end
$$;
comment on function waymark.delete_schedule(text) is 'Deletes a schedule; its runs go on.';
