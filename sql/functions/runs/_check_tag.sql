-- What is wrong with a tagged value, or null.
create or replace function waymark._check_tag(p_tag text, p_value jsonb, p_payload jsonb) returns text
language plpgsql stable as $$
declare
  v_text text := case when jsonb_typeof(p_payload) = 'string' then p_payload #>> '{}' end;
  v_valid boolean;
begin
  v_valid := case
    when p_tag ~ '^[^:]+:[^:]+$' then true
    when p_tag in ('tuple', 'set', 'frozenset') then jsonb_typeof(p_payload) = 'array'
    when p_tag = 'dict' then jsonb_typeof(p_payload) = 'array'
      and not jsonb_path_exists(p_payload, 'strict $[*] ? (@.type() != "array" || @.size() != 2)')
    when p_tag = 'float' then v_text ~ '^(nan|-?inf|-0\.0|-?\d+(\.\d+)?e[+-]\d+)$'
    when p_tag in ('bytes', 'str') then v_text ~ '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
    when p_tag = 'range' then jsonb_typeof(p_payload) = 'array' and jsonb_array_length(p_payload) = 3
      and not jsonb_path_exists(p_payload, 'strict $[*] ? (@.type() != "number")')
    when p_tag = 'zone' then v_text is not null
    when p_tag in ('timedelta', 'timezone') then jsonb_typeof(p_payload) = 'array' and jsonb_array_length(p_payload) = 3
      and not jsonb_path_exists(p_payload, 'strict $[*] ? (@.type() != "number")')
    when p_tag = 'datetime' then v_text ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d'
    when p_tag = 'date' then v_text ~ '^\d{4}-\d\d-\d\d$'
    when p_tag = 'time' then v_text ~ '^\d\d:\d\d:\d\d'
    when p_tag = 'uuid' then v_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    when p_tag in ('decimal', 'path', 'complex', 'class') then v_text is not null
    when p_tag = 'ellipsis' then p_payload is null
    when p_tag = 'enum' then p_value ? 'type' and p_value ? 'name' and p_value ? 'value'
    when p_tag = 'exception' then p_value ? 'type' and jsonb_typeof(p_value -> 'mro') = 'array'
      and jsonb_typeof(p_value -> 'args') = 'array' and jsonb_typeof(p_value -> 'message') = 'string'
    when p_tag = 'opaque' then jsonb_typeof(p_value -> 'repr') = 'string'
    else null
  end;
  return case
    when v_valid is null then format('there is no tag "%s"', left(p_tag, 50))
    when not v_valid then format('this is not a value of the tag "%s"', p_tag)
  end;
end
$$;
comment on function waymark._check_tag(text, jsonb, jsonb) is 'What is wrong with a tagged value, or null.';
