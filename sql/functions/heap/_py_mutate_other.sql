-- A mutator that a builtin type does not have (AttributeError), or has and the engine does not compute (WM502).
create or replace function waymark._py_mutate_other(p_method text, p_content jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_type text := waymark._py_type_name(p_content);
begin
  if p_method like '\_\_%' then
    return case p_method
      when '__setattr__' then waymark._refuse(format('setting an attribute of a %s', v_type), 'Keep the value in a dict or a dataclass.')
      when '__setitem__' then waymark._raise_python('TypeError', format('''%s'' object does not support item assignment', v_type))
      when '__delitem__' then waymark._raise_python('TypeError', format('''%s'' object doesn''t support item deletion', v_type))
      else waymark._refuse(format('%s of a %s', p_method, v_type), 'Build a new value.') end;
  elsif waymark._py_has_attribute(v_type, p_method) then
    return waymark._py_mutate_arity(p_method, v_type);
  end if;
  return waymark._raise_python('AttributeError', format('''%s'' object has no attribute ''%s''', v_type, p_method));
end
$$;

comment on function waymark._py_mutate_other(text, jsonb) is
  'A mutator that a type does not have or the engine does not compute.';
