-- Validates a cron expression, once, into the sets of what its fields match. docs/schedules.md has the language.
-- SQLSTATEs: WM210, naming the position and what is expected there.
create or replace function waymark._parse_cron(p_expression text) returns waymark.cron
language plpgsql immutable as $$
declare
  c_nicknames constant jsonb := jsonb '{"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
                                  "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *"}';
  v_text text := regexp_replace(coalesce(p_expression, ''), '\s+$', '');
  v_count int;
  v_field_text text;
  v_at int;
  v_set int[];
  v_cron waymark.cron := row('{0}', '{}', '{}', '{}', '{}', '{}', '{}', false, false);
begin
  if length(v_text) > 1000 then
    perform waymark._refuse_cron(substr(v_text, 1001), 1001, 'the end');
  elsif v_text ~ '^\s*@' then
    v_at := regexp_instr(v_text, '@');
    v_text := c_nicknames ->> lower(substr(v_text, v_at));
    if v_text is null then
      perform waymark._refuse_cron(substr(p_expression, v_at), v_at, '@yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly');
    end if;
  end if;
  v_count := regexp_count(v_text, '\S+');
  if v_count < 5 then
    perform waymark._refuse_cron('', length(v_text) + 1, 'one more of minute, hour, day of month, month and day of week');
  elsif v_count > 6 then
    perform waymark._refuse_cron(regexp_substr(v_text, '\S+', 1, 7), regexp_instr(v_text, '\S+', 1, 7), 'the end');
  end if;
  -- Fields are numbered from the second, which may be left out.
  for v_field in 7 - v_count .. 6 loop
    v_at := regexp_instr(v_text, '\S+', 1, v_field - 6 + v_count);
    v_field_text := upper(regexp_substr(v_text, '\S+', v_at));
    v_set := waymark._parse_cron_field(v_field_text, v_field, v_at);
    case v_field
      when 1 then v_cron.seconds := v_set;
      when 2 then v_cron.minutes := v_set;
      when 3 then v_cron.hours := v_set;
      when 4 then
        v_cron.days := array(select d from unnest(v_set) d where d < 50);
        v_cron.near_days := array(select d - 100 from unnest(v_set) d where d > 50);
      when 5 then v_cron.months := v_set;
      when 6 then v_cron.weekdays := v_set;
    end case;
    v_cron.elapsed := v_cron.elapsed or (v_field in (2, 3) and v_field_text ^@ '*');
    v_cron.both_days := v_cron.both_days or (v_field in (4, 6) and v_field_text ~ '^[*?]');
  end loop;
  return v_cron;
end
$$;
comment on function waymark._parse_cron(text) is 'Validates a cron expression into the sets of what its fields match.';
