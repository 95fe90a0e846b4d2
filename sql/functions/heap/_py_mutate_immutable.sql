-- A method that changes its object, called on a value that cannot change. p_args are those of the method.
-- Raises: WM501 TypeError, AttributeError; WM502.
create or replace function waymark._py_mutate_immutable(p_method text, p_value jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_type text := waymark._py_type_name(p_value);
  v_operator text := substring(p_method from '^__i(.*)__$');
begin
  if v_operator is not null then
    return waymark.py_inplace(to_jsonb(case v_operator when 'and' then 'bitand' when 'or' then 'bitor' when 'xor' then 'bitxor' else v_operator end),
      p_value, p_args -> 0);
  elsif waymark._py_is_foreign(p_value) then
    return waymark._refuse(format('%s of %s', p_method, v_type), 'Change it in an action and return it.');
  elsif p_method = '__setitem__' then
    return waymark._raise_python('TypeError', format('''%s'' object does not support item assignment', v_type));
  elsif p_method = '__delitem__' then
    return waymark._raise_python('TypeError', format('''%s'' object %s item deletion', v_type,
      case when waymark._py_kind(p_value) in ('tuple', 'str', 'range', 'bytes') then 'doesn''t support' else 'does not support' end));
  elsif p_method in ('__setattr__', '__delattr__') then
    return waymark._refuse(format('setting an attribute of %s', v_type), 'Keep the value in a dict or a dataclass.');
  end if;
  return waymark._raise_python('AttributeError', format('''%s'' object has no attribute ''%s''', v_type, p_method));
end
$$;

comment on function waymark._py_mutate_immutable(text, jsonb, jsonb) is
  'A mutator on a value that cannot change.';
