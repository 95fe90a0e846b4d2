-- The interval of a schedule, `@every 90 seconds`: a length of time, in which a day has 24 hours. Months have no length. SQLSTATEs: WM215.
create or replace function waymark._parse_interval(p_schedule text) returns interval
language plpgsql stable as $$
declare
  v_text text := substring(p_schedule from '(?i)^\s*@every\s+(.*\S)\s*$');
  v_every interval;
begin
  v_every := v_text::interval;
  if extract(years from v_every) <> 0 or extract(months from v_every) <> 0 then
    raise invalid_datetime_format;
  end if;
  v_every := make_interval(secs => extract(epoch from v_every)::double precision);
  if not coalesce(v_every between interval '1 second' and interval '3153600000 seconds', false) then
    raise invalid_datetime_format;
  end if;
  return v_every;
exception
  when invalid_datetime_format or datetime_field_overflow or interval_field_overflow then
    raise exception using errcode = 'WM215', message = format('%L is no interval of a schedule', left(coalesce(v_text, p_schedule), 100)),
      detail = 'from 1 second to 100 years',
      hint = 'Write @every and a length of time: @every 90 seconds. What follows months or the clock is a cron expression: 0 0 1 * *.';
end
$$;
comment on function waymark._parse_interval(text) is 'The interval of a schedule that begins with @every.';
