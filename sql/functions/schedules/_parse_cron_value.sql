-- A number or name in a field of a cron expression. SQLSTATEs: WM210.
create or replace function waymark._parse_cron_value(p_text text, p_field int, p_position int) returns int
language plpgsql immutable as $$
declare
  c_months constant text[] := string_to_array('JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC', ' ');
  c_weekdays constant text[] := string_to_array('SUN MON TUE WED THU FRI SAT', ' ');
  c_lowest constant int[] := array[0, 0, 0, 1, 1, 0];
  c_highest constant int[] := array[59, 59, 23, 31, 12, 7];
  v_value int := case
    when p_text ~ '^[0-9]{1,4}$' then p_text::int
    when p_field = 5 then array_position(c_months, p_text)
    when p_field = 6 then array_position(c_weekdays, p_text) - 1 end;
begin
  if not coalesce(v_value between c_lowest[p_field] and c_highest[p_field], false) then
    perform waymark._refuse_cron(p_text, p_position, (array['a second from 0 to 59', 'a minute from 0 to 59', 'an hour from 0 to 23',
      'a day of the month from 1 to 31', 'a month from 1 to 12 or JAN to DEC', 'a day of the week from 0 to 7 or SUN to SAT'])[p_field]);
  end if;
  return v_value;
end
$$;
comment on function waymark._parse_cron_value(text, int, int) is 'A number or name in a field of a cron expression.';
