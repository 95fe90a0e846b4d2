-- A day of the month counted from its end (L, L-3: -1, -4), or the weekday that is nearest to a day (15W, LW: 115, 99). SQLSTATEs: WM210.
create or replace function waymark._parse_cron_day(p_item text, p_position int) returns int
language plpgsql immutable as $$
declare
  v_before text := substring(p_item from '^L-([0-9]{1,2})$');
  v_near text := substring(p_item from '^([^L]*)W$');
begin
  if p_item not in ('L', 'LW') and v_near is null and not coalesce(v_before::int between 1 and 30, false) then
    perform waymark._refuse_cron(p_item, p_position, 'L, L-1 to L-30, LW or 1W to 31W');
  end if;
  return case
    when p_item = 'LW' then 99
    when v_near is not null then 100 + waymark._parse_cron_value(v_near, 4, p_position)
    else -1 - coalesce(v_before::int, 0) end;
end
$$;
comment on function waymark._parse_cron_day(text, int) is 'A day of the month of a cron expression that is not a number.';
