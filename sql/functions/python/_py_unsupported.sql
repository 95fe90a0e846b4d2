-- The end of every binary operator: no builtin rule applies to these operands.
-- Raises: WM501 TypeError as CPython words it; WM502 when a user's class or an uncovered type might define the operator.
create or replace function waymark._py_unsupported(p_operator text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_is_open(p_left) or waymark._py_is_open(p_right) then
    return waymark._refuse(
      format('%s %s %s', waymark._py_type_name(p_left), p_operator, waymark._py_type_name(p_right)),
      'Compute it in an action.');
  end if;
  return waymark._raise_python('TypeError', format(
    'unsupported operand type(s) for %s: ''%s'' and ''%s''',
    p_operator, waymark._py_type_name(p_left), waymark._py_type_name(p_right)));
end
$$;

comment on function waymark._py_unsupported(text, jsonb, jsonb) is
  'Raises the TypeError of a binary operator that does not support its operands.';
