-- What one item of a field's list matches: a number or name, a range, *, ? or one of them with a step. SQLSTATEs: WM210.
create or replace function waymark._parse_cron_item(p_item text, p_field int, p_position int) returns int[]
language plpgsql immutable as $$
declare
  v_high constant int := (array[59, 59, 23, 31, 12, 7])[p_field];
  v_parts text[] := regexp_match(p_item, '^([*]|[^-/]+)(?:(-)([^/]*))?(?:(/)(.*))?$');
  v_from int;
  v_to int := v_high;
  v_step int := 1;
begin
  if p_item = '?' and p_field in (4, 6) then
    v_parts := array['*', null, null, null, null];
  elsif v_parts is null or (v_parts[1] = '*' and v_parts[2] is not null) then
    v_parts := array[p_item, null, null, null, null];
  end if;
  if v_parts[1] = '*' then
    v_from := case when p_field in (4, 5) then 1 else 0 end;
  else
    v_from := waymark._parse_cron_value(v_parts[1], p_field, p_position);
    if v_parts[2] is not null then
      v_to := waymark._parse_cron_value(v_parts[3], p_field, p_position + length(v_parts[1]) + 1);
      if v_to < v_from then
        perform waymark._refuse_cron(v_parts[3], p_position + length(v_parts[1]) + 1, format('the end of a range, not below %s,', v_parts[1]));
      end if;
    elsif v_parts[4] is null then
      v_to := v_from;
    end if;
  end if;
  if v_parts[4] is not null then
    if v_parts[5] !~ '^[0-9]{1,4}$' or v_parts[5]::int = 0 then
      perform waymark._refuse_cron(v_parts[5], p_position + position('/' in p_item), 'a step from 1 to 9999');
    end if;
    v_step := v_parts[5]::int;
  end if;
  -- 0 and 7 are Sunday.
  return array(select case when p_field = 6 then n % 7 else n end from generate_series(v_from, v_to, v_step) n);
end
$$;
comment on function waymark._parse_cron_item(text, int, int) is 'What an item in the list of a field of a cron expression matches.';
