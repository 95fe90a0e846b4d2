-- The end of every operator with one operand: no builtin rule applies to it.
-- Raises: WM501 TypeError as CPython words it; WM502 when a user's class or an uncovered type might define the operator.
create or replace function waymark._py_unsupported_unary(p_operator text, p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_is_open(p_value) then
    return waymark._refuse(format('%s %s', p_operator, waymark._py_type_name(p_value)), 'Compute it in an action.');
  end if;
  return waymark._raise_python('TypeError', format('bad operand type for unary %s: ''%s''', p_operator, waymark._py_type_name(p_value)));
end
$$;

comment on function waymark._py_unsupported_unary(text, jsonb) is
  'Raises the TypeError of a unary operator that does not support its operand.';
