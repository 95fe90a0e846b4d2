-- What a field of a cron expression matches, sorted: numbers, and those codes of `waymark.cron` that say a day in another way (nearest weekdays plus 100).
-- p_field: 1 second, 2 minute, 3 hour, 4 day of month, 5 month, 6 day of week. p_position: where the field begins. SQLSTATEs: WM210.
create or replace function waymark._parse_cron_field(p_text text, p_field int, p_position int) returns int[]
language plpgsql immutable as $$
declare
  v_item text;
  v_at int := p_position;
  v_set int[] := array[]::int[];
begin
  foreach v_item in array string_to_array(p_text, ',') loop
    v_set := v_set || case
      when p_field = 4 and v_item ~ '[LW]' then array[waymark._parse_cron_day(v_item, v_at)]
      when p_field = 6 and v_item ~ '[L#]' then array[waymark._parse_cron_weekday(v_item, v_at)]
      else waymark._parse_cron_item(v_item, p_field, v_at) end;
    v_at := v_at + length(v_item) + 1;
  end loop;
  return array(select distinct n from unnest(v_set) n order by n);
end
$$;
comment on function waymark._parse_cron_field(text, int, int) is 'What a field of a cron expression matches.';
