-- The first time of a schedule's plan after another, whatever it has fired already; null: none before its end.
-- An interval is a multiple from where it is counted, so that nothing adds up.
create or replace function waymark._next_time(p_schedule waymark.schedules, p_after timestamptz) returns timestamptz
language plpgsql stable as $$
declare
  v_anchor timestamptz;
  v_fire timestamptz;
begin
  if p_after < p_schedule.start_at then
    p_after := p_schedule.start_at - interval '1 microsecond';
  end if;
  if p_schedule.every is null then
    v_fire := waymark._next_fire(p_schedule.cron, p_after at time zone 'UTC', p_schedule.timezone) at time zone 'UTC';
  else
    v_anchor := coalesce(p_schedule.start_at, p_schedule.created_at);
    v_fire := v_anchor
      + (floor(extract(epoch from p_after - v_anchor) / extract(epoch from p_schedule.every)) + 1)::double precision * p_schedule.every;
  end if;
  return case when v_fire >= p_schedule.end_at then null else v_fire end;
end
$$;
comment on function waymark._next_time(waymark.schedules, timestamptz) is 'The first time of a schedule''s plan after another.';
