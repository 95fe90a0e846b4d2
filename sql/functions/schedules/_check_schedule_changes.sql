-- Checks what is said of a schedule, but for its workflow's arguments and its plan as a whole. null takes a limit away. SQLSTATEs: WM204, WM205, WM216.
create or replace function waymark._check_schedule_changes(p_changes jsonb) returns void
language plpgsql stable as $$
declare
  c_allowed constant jsonb := jsonb '{"schedule": "a cron expression or @every and an interval", "arguments": "an object", "timezone": "the name of a time zone",
    "jitter": "seconds from 0 to 31536000", "priority": "", "queue": "", "tags": "", "overlap": "skip, queue, cancel or allow", "catch_up": "skip, one or all",
    "catch_up_limit": "a whole number from 1 to 1000", "start_at": "a time with its zone, as in 2026-01-31T12:00:00Z",
    "end_at": "a time with its zone, as in 2026-01-31T12:00:00Z", "max_runs": "a whole number from 1 to 1000000000"}';
  v_key text;
  v_value jsonb;
begin
  if p_changes is null or jsonb_typeof(p_changes) <> 'object' then
    perform waymark._raise('WM205', 'the options of a schedule must be a JSON object');
  end if;
  for v_key, v_value in select * from jsonb_each(p_changes) loop
    if not c_allowed ? v_key then
      perform waymark._raise('WM204', format('a schedule has no option "%s"', v_key), '',
        format('Options are %s.', (select string_agg(k, ', ') from jsonb_object_keys(c_allowed) k)));
    elsif v_key = 'jitter' and not (jsonb_typeof(v_value) = 'number' and v_value::numeric between 0 and 31536000) then
      perform waymark._raise('WM216', format('the jitter is %s', left(v_value::text, 100)), '', 'Give seconds from 0 to 31536000 (365 days).');
    elsif not (case
      when v_key in ('priority', 'queue', 'tags', 'jitter') or v_key in ('start_at', 'end_at', 'max_runs') and v_value = 'null' then true
      when v_key = 'overlap' then v_value <@ jsonb '["skip", "queue", "cancel", "allow"]' and jsonb_typeof(v_value) = 'string'
      when v_key = 'catch_up' then v_value <@ jsonb '["skip", "one", "all"]' and jsonb_typeof(v_value) = 'string'
      when v_key in ('catch_up_limit', 'max_runs') then jsonb_typeof(v_value) = 'number' and v_value::numeric % 1 = 0
        and v_value::numeric between 1 and case v_key when 'max_runs' then 1000000000 else 1000 end
      when v_key in ('start_at', 'end_at') then jsonb_typeof(v_value) = 'string'
        and v_value #>> '{}' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$'
      when v_key = 'arguments' then true
      else jsonb_typeof(v_value) = 'string' end)
    then
      perform waymark._raise('WM205', format('option "%s" of a schedule is %s; allowed is %s', v_key, left(v_value::text, 100), c_allowed ->> v_key));
    end if;
  end loop;
  perform waymark._parse_start_options(
    (select jsonb_object_agg(o.key, o.value) from jsonb_each(p_changes) o where o.key in ('priority', 'queue') or o.key = 'tags' and o.value <> 'null'));
end
$$;
comment on function waymark._check_schedule_changes(jsonb) is 'Checks the options of a schedule.';
