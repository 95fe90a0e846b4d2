-- The first date and time from p_from on that a cron expression matches, on a clock that is never set; null: none until p_until.
create or replace function waymark._next_match(p_cron waymark.cron, p_from timestamp, p_until timestamp) returns timestamp
language plpgsql stable as $$
declare
  v_day date := waymark._next_cron_day(p_cron, p_from::date, p_until::date);
  v_time time;
begin
  if v_day = p_from::date then
    v_time := waymark._next_cron_time(p_cron, p_from::time);
    if v_time is not null then
      return v_day + v_time;
    end if;
    v_day := waymark._next_cron_day(p_cron, v_day + 1, p_until::date);
  end if;
  return v_day + waymark._next_cron_time(p_cron, '00:00');
end
$$;
comment on function waymark._next_match(waymark.cron, timestamp, timestamp) is 'The first date and time that a cron expression matches.';
