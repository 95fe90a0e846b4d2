-- The elements of an iterable that is unpacked to p_count targets, as a list of exactly that many.
-- Raises: WM501 TypeError, ValueError; WM502 as waymark.py_iter.
create or replace function waymark.py_unpack(p_value jsonb, p_count jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_count int := p_count::int;
  v_kind text;
  v_length numeric;
begin
  if jsonb_typeof(p_value) = 'array' and jsonb_array_length(p_value) = v_count then
    return p_value;
  elsif p_value ->> '$' = 'tuple' and jsonb_array_length(p_value -> 'v') = v_count then
    return p_value -> 'v';
  end if;
  v_kind := waymark._py_kind(p_value);
  if v_kind in ('set', 'frozenset') then
    v_length := jsonb_array_length(p_value -> 'v');
  elsif v_kind in ('list', 'tuple', 'dict', 'str', 'bytes', 'range') or waymark._py_is_foreign(p_value) then
    p_value := waymark.py_iter(p_value);
    v_length := case jsonb_typeof(p_value) when 'array' then jsonb_array_length(p_value) else waymark._py_range_length(p_value) end;
  else
    return waymark._raise_python('TypeError', format('cannot unpack non-iterable %s object', waymark._py_type_name(p_value)));
  end if;
  if v_length < v_count then
    return waymark._raise_python('ValueError', format('not enough values to unpack (expected %s, got %s)', v_count, v_length));
  elsif v_length > v_count then
    return waymark._raise_python('ValueError', format('too many values to unpack (expected %s)', v_count));
  end if;
  return waymark.py_list(p_value);
end
$$;

comment on function waymark.py_unpack(jsonb, jsonb) is
  'The elements of an iterable that must have exactly so many.';
