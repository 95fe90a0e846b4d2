-- Starts no runs of a schedule until it is resumed; a time that waits for the run before to end is skipped. Of one that is paused or has ended, nothing changes.
-- Locks: the schedule. SQLSTATEs: WM214.
create or replace function waymark.pause_schedule(p_name text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_schedule waymark.schedules := waymark._lock_schedule(p_name);
begin
  if v_schedule.state = 'active' then
    v_schedule.state := 'paused';
    v_schedule.due_at := null;
    v_schedule.fires_skipped := v_schedule.fires_skipped + num_nonnulls(v_schedule.queued_fire_at);
    v_schedule.queued_fire_at := null;
    perform waymark._store_schedule(v_schedule);
  end if;
end
$$;
comment on function waymark.pause_schedule(text) is 'Starts no runs of a schedule until it is resumed.';
