-- An augmented assignment that a mutable type does not change in place: the plain operator decides. A new value takes the place of the old
-- one only where no builtin type does so; there the operator raises CPython's TypeError.
create or replace function waymark._py_mutate_unsupported(p_method text, p_content jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_symbol text := case substring(p_method from '^__i(.*)__$')
    when 'add' then '+' when 'sub' then '-' when 'mul' then '*' when 'truediv' then '/' when 'floordiv' then '//' when 'mod' then '%'
    when 'pow' then '**' when 'lshift' then '<<' when 'rshift' then '>>' when 'and' then '&' when 'or' then '|' when 'xor' then '^' end;
begin
  if waymark._py_is_open(p_right) then
    return waymark._refuse(format('%s= with %s', v_symbol, waymark._py_type_name(p_right)), 'Compute it in an action.');
  end if;
  return waymark._raise_python('TypeError', format('unsupported operand type(s) for %s=: ''%s'' and ''%s''',
    v_symbol, waymark._py_type_name(p_content), waymark._py_type_name(p_right)));
end
$$;

comment on function waymark._py_mutate_unsupported(text, jsonb, jsonb) is
  'An augmented assignment that the type of the object does not have.';
