-- Starts a run of a schedule now, beside its plan: whatever its state, its limits and its overlap say, and without a change to them.
-- Locks: the schedule. SQLSTATEs: WM214; WM202, WM203 the workflow takes other arguments now.
create or replace function waymark.trigger_schedule(p_name text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_schedule waymark.schedules := waymark._lock_schedule(p_name);
  v_run_ids uuid[] := waymark._start_times(v_schedule, array[null]::timestamptz[]);
begin
  update waymark.schedules s set runs_triggered = s.runs_triggered + 1 where s.name = p_name;
  return v_run_ids[1];
end
$$;
comment on function waymark.trigger_schedule(text) is 'Starts a run of a schedule now, beside its plan.';
