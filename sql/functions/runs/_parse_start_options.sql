-- SQLSTATEs: WM204 unknown option, WM205 out of range.
create or replace function waymark._parse_start_options(p_options jsonb) returns waymark.start_options
language plpgsql stable as $$
declare
  v_options waymark.start_options;
  v_key text;
  v_value jsonb;
  v_valid boolean;
  v_allowed text;
begin
  v_options.priority := 0;
  v_options.queue := 'default';
  v_options.delay := 0;
  if p_options is null or p_options = '{}' then
    return v_options;
  end if;
  if jsonb_typeof(p_options) <> 'object' then
    raise exception using errcode = 'WM205', message = 'the options of waymark.start must be a JSON object';
  end if;
  for v_key, v_value in select * from jsonb_each(p_options) loop
    case v_key
      when 'priority' then
        v_allowed := 'a whole number from -1000 to 1000';
        v_valid := jsonb_typeof(v_value) = 'number' and v_value::numeric % 1 = 0 and v_value::numeric between -1000 and 1000;
        if v_valid then v_options.priority := v_value::numeric::smallint; end if;
      when 'queue' then
        v_allowed := 'a text of 1 to 100 characters';
        v_valid := jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') between 1 and 100;
        v_options.queue := v_value #>> '{}';
      when 'idempotency_key' then
        v_allowed := 'a text of 1 to 200 characters';
        v_valid := jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') between 1 and 200;
        v_options.idempotency_key := v_value #>> '{}';
      when 'delay' then
        v_allowed := 'seconds from 0 to 3153600000 (100 years)';
        v_valid := jsonb_typeof(v_value) = 'number' and v_value::numeric between 0 and 3153600000;
        if v_valid then v_options.delay := v_value::numeric::double precision; end if;
      when 'deadline' then
        v_allowed := 'seconds from 0.001 to 3153600000 (100 years)';
        v_valid := jsonb_typeof(v_value) = 'number' and v_value::numeric between 0.001 and 3153600000;
        if v_valid then v_options.deadline := v_value::numeric::double precision; end if;
      when 'tags' then
        v_allowed := 'an object of at most 50 texts';
        v_valid := jsonb_typeof(v_value) = 'object' and (select count(*) <= 50 from jsonb_object_keys(v_value))
          and not jsonb_path_exists(v_value, '$.* ? (@.type() != "string")');
        v_options.tags := v_value;
      when 'waiter' then
        v_allowed := 'a text that matches ^[a-z0-9_]{1,40}$';
        v_valid := jsonb_typeof(v_value) = 'string' and v_value #>> '{}' ~ '^[a-z0-9_]{1,40}$';
        v_options.waiter := v_value #>> '{}';
      else
        raise exception using errcode = 'WM204', message = format('waymark.start has no option "%s"', v_key),
          hint = 'Options are priority, queue, idempotency_key, delay, deadline, tags and waiter.';
    end case;
    if not v_valid then
      raise exception using errcode = 'WM205', message = format('option "%s" is %s; allowed is %s', v_key, left(v_value::text, 100), v_allowed);
    end if;
  end loop;
  return v_options;
end
$$;
comment on function waymark._parse_start_options(jsonb) is 'Validates the options of waymark.start.';
