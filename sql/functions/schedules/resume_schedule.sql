-- Lets a paused schedule go on. What fell into the pause is skipped, and counted. Of one that is not paused, nothing changes.
-- Locks: the schedule. SQLSTATEs: WM214.
create or replace function waymark.resume_schedule(p_name text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_schedule waymark.schedules := waymark._lock_schedule(p_name);
  v_skip waymark.skip;
begin
  if v_schedule.state = 'paused' then
    v_skip := waymark._skip_times(v_schedule, v_schedule.fire_at, waymark._now(), null);
    v_schedule.fires_skipped := v_schedule.fires_skipped + v_skip.times;
    v_schedule.fire_at := v_skip.fire_at;
    v_schedule.due_at := waymark._due_at(v_schedule, v_schedule.fire_at);
    v_schedule.state := case when v_schedule.fire_at is null then 'ended' else 'active' end;
    perform waymark._store_schedule(v_schedule);
  end if;
end
$$;
comment on function waymark.resume_schedule(text) is 'Lets a paused schedule go on.';
