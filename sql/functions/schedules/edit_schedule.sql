-- Changes a schedule from now on. What has not been fired by now of the old plan is seen to by the new one: its times since then are caught up with, as catch_up
-- says. One that has ended goes on where the change gives it more times.
-- Locks: the schedule. SQLSTATEs: those of waymark.create_schedule; WM214 unknown schedule.
create or replace function waymark.edit_schedule(p_name text, p_changes jsonb) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
  v_schedule waymark.schedules := waymark._lock_schedule(p_name);
begin
  v_schedule := waymark._change_schedule(v_schedule, p_changes);
  if v_schedule.state = 'ended' and v_schedule.runs_started + num_nonnulls(v_schedule.queued_fire_at) >= v_schedule.max_runs then
    null;  -- more times are of no use
  elsif p_changes ?| array['schedule', 'timezone', 'start_at', 'end_at'] or v_schedule.state = 'ended' and p_changes ? 'max_runs' then
    v_schedule := waymark._plan(v_schedule, least(v_now, v_schedule.fire_at - interval '1 microsecond'));
  elsif v_schedule.state = 'active' then
    v_schedule.due_at := waymark._due_at(v_schedule, v_schedule.fire_at);
  end if;
  if v_schedule.runs_started + num_nonnulls(v_schedule.queued_fire_at) >= v_schedule.max_runs then
    v_schedule.state := 'ended';
    v_schedule.fire_at := null;
    v_schedule.due_at := null;
  end if;
  perform waymark._store_schedule(v_schedule);
end
$$;
comment on function waymark.edit_schedule(text, jsonb) is 'Changes a schedule from now on.';
