-- The first time of day from p_from on that a cron expression matches; null: none on that day.
create or replace function waymark._next_cron_time(p_cron waymark.cron, p_from time) returns time
language plpgsql immutable as $$
declare
  v_from_hour constant int := extract(hour from p_from);
  v_from_minute constant int := extract(minute from p_from);
  v_hour int := waymark._next_of(p_cron.hours, v_from_hour);
  v_minute int := p_cron.minutes[1];
  v_second int := p_cron.seconds[1];
begin
  if v_hour = v_from_hour then
    v_minute := waymark._next_of(p_cron.minutes, v_from_minute);
    if v_minute = v_from_minute then
      v_second := waymark._next_of(p_cron.seconds, extract(second from p_from)::int);
      if v_second is null then
        v_second := p_cron.seconds[1];
        v_minute := waymark._next_of(p_cron.minutes, v_from_minute + 1);
      end if;
    end if;
    if v_minute is null then
      v_minute := p_cron.minutes[1];
      v_hour := waymark._next_of(p_cron.hours, v_from_hour + 1);
    end if;
  end if;
  return make_time(v_hour, v_minute, v_second);
end
$$;
comment on function waymark._next_cron_time(waymark.cron, time) is 'The first time of day that a cron expression matches.';
