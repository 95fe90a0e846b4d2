-- The method rindex of strings.
-- Raises: WM501 ValueError.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_rindex(p_receiver jsonb, p_part jsonb, p_start jsonb default 'null', p_stop jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_find(p_receiver, p_part, p_start, p_stop, true) < 0 then
    return waymark._raise_python('ValueError', 'substring not found');
  end if;
  return to_jsonb(waymark._py_find(p_receiver, p_part, p_start, p_stop, true));
end
$$;

comment on function waymark._py_method_rindex(jsonb, jsonb, jsonb, jsonb) is
  'The Python method rindex of strings.';
