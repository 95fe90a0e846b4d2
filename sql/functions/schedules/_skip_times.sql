-- Passes over times of a schedule's plan, of which p_fire is one: all until p_until, at most p_limit. Answers how many, and the time behind them, null if there is none.
-- Days and hours in which no clock is set all have as many, so that a year is not counted second by second.
create or replace function waymark._skip_times(p_schedule waymark.schedules, p_fire timestamptz, p_until timestamptz, p_limit bigint) returns waymark.skip
language plpgsql stable as $$
declare
  v_cron constant waymark.cron := p_schedule.cron;
  v_until constant timestamptz := least(p_until, p_schedule.end_at - interval '1 microsecond');
  v_hour constant int := cardinality(v_cron.minutes) * cardinality(v_cron.seconds);
  v_past constant interval := case when v_cron.elapsed then interval '0' else interval '1 day' end;
  v_skip waymark.skip := row(p_fire, 0);
  v_left bigint;
  v_at timestamp;
  v_wall timestamp;
  v_day interval;
  v_unit interval;
  v_times bigint;
begin
  if p_schedule.every is not null and p_fire <= v_until then
    v_skip.times := least(floor(extract(epoch from v_until - p_fire) / extract(epoch from p_schedule.every)) + 1, p_limit);
    v_skip.fire_at := case when v_skip.times > 0 then waymark._next_time(p_schedule, p_fire + (v_skip.times - 1) * p_schedule.every) else p_fire end;
    return v_skip;
  end if;
  while v_skip.fire_at <= v_until and coalesce(v_skip.times < p_limit, true) loop
    v_left := p_limit - v_skip.times;
    v_at := v_skip.fire_at at time zone 'UTC';
    v_wall := waymark._wall(v_at, p_schedule.timezone);
    v_day := make_interval(hours => v_cron.hours[1], mins => v_cron.minutes[1], secs => v_cron.seconds[1]);
    v_times := v_hour * cardinality(v_cron.hours);
    v_unit := date_trunc('day', v_wall) + interval '1 day' - v_wall;
    if v_wall <> date_trunc('day', v_wall) + v_day or v_times > v_left or (v_at + v_unit) at time zone 'UTC' > v_until then
      v_times := v_hour;
      v_unit := date_trunc('hour', v_wall) + interval '1 hour' - v_wall;
    end if;
    if v_times = 1 or v_times > v_left or (v_at + v_unit) at time zone 'UTC' > v_until
       or (v_times = v_hour and v_wall <> date_trunc('hour', v_wall) + make_interval(mins => v_cron.minutes[1], secs => v_cron.seconds[1]))
       or waymark._next_change(p_schedule.timezone, v_at - v_past, v_at + v_unit) is not null then
      v_times := 1;
      v_unit := interval '1 second';
    end if;
    v_skip.times := v_skip.times + v_times;
    v_skip.fire_at := waymark._next_time(p_schedule, (v_at + v_unit) at time zone 'UTC' - interval '1 second');
  end loop;
  return v_skip;
end
$$;
comment on function waymark._skip_times(waymark.schedules, timestamptz, timestamptz, bigint) is 'Passes over times of a schedule''s plan, and counts them.';
