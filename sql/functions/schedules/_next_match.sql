-- The first date and time from p_from on that a cron expression matches, on a clock that is never set; null: none until p_until.
create or replace function waymark._next_match(p_cron waymark.cron, p_from timestamp, p_until timestamp) returns timestamp
language plpgsql stable as $$
declare
  v_time time := waymark._next_cron_time(p_cron, p_from::time);
  v_day date := waymark._next_cron_day(p_cron, case when v_time is null then p_from::date + 1 else p_from::date end, p_until::date);
begin
  return v_day + case when v_day = p_from::date then v_time else waymark._next_cron_time(p_cron, '00:00') end;
end
$$;
comment on function waymark._next_match(waymark.cron, timestamp, timestamp) is 'The first date and time that a cron expression matches.';
