-- How many elements, items, characters or bytes a value has; SQL null for a value that has no length or one that the engine does not know.
create or replace function waymark._py_length(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'array' then
      return jsonb_array_length(p_value);
    when 'string' then
      return length(p_value #>> '{}');
    else
      null;
  end case;
  -- Statements, not one expression: its query is planned with the value, and would decode what is no base64.
  case waymark._py_kind(p_value)
    when 'paged' then
      return (p_value -> 'length')::numeric;
    when 'tuple', 'set', 'frozenset' then
      return jsonb_array_length(p_value -> 'v');
    when 'dict' then
      return case p_value ->> '$' when 'dict' then jsonb_array_length(p_value -> 'v')
        else (select count(*) from jsonb_object_keys(p_value) as entry (key) where entry.key <> '$') end;
    when 'bytes' then
      return octet_length(decode(p_value ->> 'v', 'base64'));
    when 'str' then
      return jsonb_array_length(waymark._py_characters(p_value));
    when 'range' then
      return waymark._py_range_length(p_value);
    else
      return null;
  end case;
end
$$;

comment on function waymark._py_length(jsonb) is
  'The length of a Python value, null for one without a length that the engine knows.';
