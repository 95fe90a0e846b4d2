-- A day of the week that is the last of its month (5L, FRIL: -2) or the first to fifth (FRI#2: 19), as `waymark.cron` has them. SQLSTATEs: WM210.
create or replace function waymark._parse_cron_weekday(p_item text, p_position int) returns int
language plpgsql immutable as $$
declare
  v_parts text[] := regexp_match(p_item, '^([^L#]*)(L$|#)(.*)$');
  v_day int := waymark._parse_cron_value(coalesce(v_parts[1], p_item), 6, p_position) % 7;
begin
  if v_parts[2] = 'L' then
    return v_day - 7;
  elsif v_parts[3] !~ '^[1-5]$' then
    perform waymark._refuse_cron(v_parts[3], p_position + position('#' in p_item), 'a number from 1 to 5');
  end if;
  return v_day + 7 * v_parts[3]::int;
end
$$;
comment on function waymark._parse_cron_weekday(text, int) is 'A day of the week of a cron expression that is not each of its kind.';
