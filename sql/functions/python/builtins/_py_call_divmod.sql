-- The function divmod.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_divmod(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_left) in ('int', 'bool', 'float') and waymark._py_kind(p_right) in ('int', 'bool', 'float') and waymark.py_truth(p_right) then
    return jsonb_build_object('$', 'tuple', 'v', jsonb_build_array(waymark.py_floordiv(p_left, p_right), waymark.py_mod(p_left, p_right)));
  end if;
  return waymark._py_inexact('divmod()');
end
$$;

comment on function waymark._py_call_divmod(jsonb, jsonb) is
  'The Python divmod(left, right).';
