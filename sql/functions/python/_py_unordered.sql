-- The end of every ordering operator: no builtin rule orders these operands; never returns.
-- Raises: WM501 TypeError as CPython words it; WM502 when a user's class or an uncovered type might define the order.
create or replace function waymark._py_unordered(p_operator text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_is_open(p_left) or waymark._py_is_open(p_right) then
    return waymark._py_unsupported(p_operator, p_left, p_right);
  end if;
  return waymark._raise_python('TypeError', format(
    '''%s'' not supported between instances of ''%s'' and ''%s''',
    p_operator, waymark._py_type_name(p_left), waymark._py_type_name(p_right)));
end
$$;

comment on function waymark._py_unordered(text, jsonb, jsonb) is
  'Raises the TypeError of an ordering operator that does not support its operands.';
