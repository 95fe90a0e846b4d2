-- SQLSTATEs: WM204 unknown verb or option, WM205 out of range.
create or replace function waymark._parse_bulk_options(p_verb text, p_options jsonb) returns waymark.bulk_options
language plpgsql stable as $$
declare
  c_options constant jsonb := jsonb '{"dry_run": "true or false", "limit": "a whole number from 1 to 10000", "after": "the id of a run",
    "priority": "a whole number from -1000 to 1000"}';
  v_options waymark.bulk_options := row(true, 1000, null, null);
  v_key text;
  v_value jsonb;
begin
  if p_verb is null or p_verb not in ('cancel', 'terminate', 'pause', 'resume', 'wake', 'retry', 'restart', 'set_priority') then
    raise exception using errcode = 'WM204', message = format('waymark.bulk has no verb "%s"', p_verb),
      hint = 'Verbs are cancel, terminate, pause, resume, wake, retry, restart and set_priority.';
  elsif p_options is null or jsonb_typeof(p_options) <> 'object' then
    raise exception using errcode = 'WM205', message = 'the options of waymark.bulk must be a JSON object';
  end if;
  for v_key, v_value in select * from jsonb_each(p_options) loop
    if not c_options ? v_key then
      raise exception using errcode = 'WM204', message = format('waymark.bulk has no option "%s"', v_key),
        hint = 'Options are dry_run, limit, after and, for set_priority, priority.';
    elsif not (case v_key
      when 'dry_run' then jsonb_typeof(v_value) = 'boolean'
      when 'after' then jsonb_typeof(v_value) = 'string' and v_value #>> '{}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      else case when jsonb_typeof(v_value) <> 'number' then false when v_value::numeric % 1 <> 0 then false
                when v_key = 'limit' then v_value::numeric between 1 and 10000 else v_value::numeric between -1000 and 1000 end end)
    then
      raise exception using errcode = 'WM205', message = format('option "%s" is %s; allowed is %s', v_key, left(v_value::text, 100), c_options ->> v_key);
    end if;
  end loop;
  v_options := jsonb_populate_record(v_options, p_options);
  if (v_options.priority is not null) <> (p_verb = 'set_priority') then
    raise exception using errcode = 'WM205', message = 'option "priority" belongs to the verb set_priority, which needs it';
  end if;
  return v_options;
end
$$;
comment on function waymark._parse_bulk_options(text, jsonb) is 'Validates the options of waymark.bulk.';
