-- SQLSTATEs: WM204 unknown field, WM205 out of range.
create or replace function waymark._parse_run_filter(p_filter jsonb) returns waymark.run_filter
language plpgsql stable as $$
declare
  c_fields constant jsonb := jsonb '{"workflow": "a text", "queue": "a text", "error": "the class of an exception, with or without its module",
    "states": "a list of queued, delayed, running, sleeping, paused, succeeded, failed, cancelled, terminated", "tags": "an object of texts",
    "created_after": "a time with its zone, as in 2026-01-31T12:00:00Z", "created_before": "a time with its zone, as in 2026-01-31T12:00:00Z"}';
  v_key text;
  v_value jsonb;
begin
  if p_filter is null or jsonb_typeof(p_filter) <> 'object' then
    raise exception using errcode = 'WM205', message = 'the filter of waymark.bulk must be a JSON object; {} picks every run';
  end if;
  for v_key, v_value in select * from jsonb_each(p_filter) loop
    if not c_fields ? v_key then
      raise exception using errcode = 'WM204', message = format('a filter of runs has no field "%s"', v_key),
        hint = format('Fields are %s.', (select string_agg(k, ', ') from jsonb_object_keys(c_fields) k));
    elsif not (case v_key
      when 'states' then jsonb_typeof(v_value) = 'array'
        and v_value <@ jsonb '["queued", "delayed", "running", "sleeping", "paused", "succeeded", "failed", "cancelled", "terminated"]'
      when 'tags' then jsonb_typeof(v_value) = 'object' and not jsonb_path_exists(v_value, '$.* ? (@.type() != "string")')
      when 'created_after' then jsonb_typeof(v_value) = 'string' and v_value #>> '{}' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$'
      when 'created_before' then jsonb_typeof(v_value) = 'string' and v_value #>> '{}' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$'
      else jsonb_typeof(v_value) = 'string' end)
    then
      raise exception using errcode = 'WM205', message = format('filter "%s" is %s; allowed is %s', v_key, left(v_value::text, 100), c_fields ->> v_key);
    end if;
  end loop;
  return jsonb_populate_record(null::waymark.run_filter, p_filter);
exception when datetime_field_overflow or invalid_datetime_format then
  raise exception using errcode = 'WM205', message = format('the filter of waymark.bulk has a time that does not exist: %s', sqlerrm);
end
$$;
comment on function waymark._parse_run_filter(jsonb) is 'Validates a filter of runs.';
