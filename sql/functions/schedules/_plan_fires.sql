-- Decides what a schedule starts now: the time that has waited for its run to end, then what has become due, as catch_up and overlap say. Answers the schedule with
-- its next time, and the times for which runs are to be started. One that cannot be computed keeps its time, says why, and is tried again after a minute.
create or replace function waymark._plan_fires(p_schedule waymark.schedules, p_is_live boolean, p_now timestamptz) returns waymark.schedule_fires
language plpgsql stable as $$
declare
  c_again constant interval := interval '1 minute';
  v_taken waymark.schedule_fires;
  v_times timestamptz[] := array[]::timestamptz[];
  v_fire timestamptz;
begin
  if p_schedule.queued_fire_at is not null and not p_is_live then
    v_times := array[p_schedule.queued_fire_at];
    p_schedule.queued_fire_at := null;
    p_is_live := true;
  end if;
  if p_schedule.due_at > p_now or p_schedule.due_at is null then
    return row(p_schedule, v_times);
  end if;
  begin
    v_taken := waymark._take_due(p_schedule, p_now);
    p_schedule := v_taken.schedule;
  exception when data_exception then
    p_schedule.last_error := format('%s: %s', sqlstate, sqlerrm);
    p_schedule.due_at := p_now + c_again;
    return row(p_schedule, v_times);
  end;
  foreach v_fire in array v_taken.times loop
    exit when p_schedule.runs_started + cardinality(v_times) + num_nonnulls(p_schedule.queued_fire_at) >= p_schedule.max_runs;
    if p_schedule.overlap in ('allow', 'cancel') or not p_is_live then
      v_times := v_times || v_fire;
      p_is_live := true;
    elsif p_schedule.overlap = 'queue' and p_schedule.queued_fire_at is null then
      p_schedule.queued_fire_at := v_fire;
    else
      p_schedule.fires_skipped := p_schedule.fires_skipped + 1;
    end if;
  end loop;
  return row(p_schedule, v_times);
end
$$;
comment on function waymark._plan_fires(waymark.schedules, boolean, timestamptz) is 'Decides what a schedule starts now.';
