-- Takes the times of a schedule that have become due: those with which catch_up catches up, oldest first; the others are counted as skipped. The schedule gets the
-- time behind them. Where the running is cancelled, all but the last would be at once, so that there is nothing to catch up with.
create or replace function waymark._take_due(p_schedule waymark.schedules, p_now timestamptz) returns waymark.schedule_fires
language plpgsql stable as $$
declare
  c_late constant interval := interval '1 minute';
  v_kept constant int := case when p_schedule.catch_up = 'all' and p_schedule.overlap <> 'cancel' then p_schedule.catch_up_limit else 1 end;
  v_first timestamptz := p_schedule.fire_at;
  v_times bigint;
  v_skip waymark.skip;
  v_late int;
  v_due timestamptz[] := array[p_schedule.fire_at];
begin
  p_schedule.fire_at := waymark._next_time(p_schedule, v_first);
  if p_schedule.fire_at <= p_now then
    v_times := (waymark._skip_times(p_schedule, v_first, p_now, null)).times;
    -- The last of them may be put off by its jitter.
    v_skip := waymark._skip_times(p_schedule, v_first, p_now, greatest(v_times - v_kept - 1, 0));
    p_schedule.fires_skipped := p_schedule.fires_skipped + v_skip.times;
    p_schedule.fire_at := v_skip.fire_at;
    v_due := array[]::timestamptz[];
    while p_schedule.fire_at <= p_now and waymark._due_at(p_schedule, p_schedule.fire_at) <= p_now loop
      v_due := v_due || p_schedule.fire_at;
      p_schedule.fire_at := waymark._next_time(p_schedule, p_schedule.fire_at);
    end loop;
  end if;
  v_late := case
    when p_schedule.catch_up = 'skip' and waymark._due_at(p_schedule, v_due[cardinality(v_due)]) < p_now - c_late then cardinality(v_due)
    else greatest(cardinality(v_due) - v_kept, 0) end;
  p_schedule.fires_skipped := p_schedule.fires_skipped + v_late;
  v_due := v_due[v_late + 1 :];
  p_schedule.due_at := waymark._due_at(p_schedule, p_schedule.fire_at);
  return row(p_schedule, v_due);
end
$$;
comment on function waymark._take_due(waymark.schedules, timestamptz) is 'Takes the times of a schedule that have become due.';
