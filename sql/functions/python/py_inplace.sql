-- An augmented assignment (x += y and its kind) of the operator waymark.py_<p_operator>: its result where the left side is immutable. A mutable one
-- would change in place, for every name it has. CPython's messages name the augmented operator where no type supports it.
-- Raises: WM501, WM502 as the operator; WM502 for lists, dicts, sets and instances of users' classes.
create or replace function waymark.py_inplace(p_operator jsonb, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_detail text;
  v_symbol text;
begin
  if p_operator = '"add"' and jsonb_typeof(p_left) in ('number', 'string') and jsonb_typeof(p_left) = jsonb_typeof(p_right) then
    return waymark.py_add(p_left, p_right);
  elsif jsonb_typeof(p_left) not in ('number', 'string') and waymark._py_kind(p_left) in ('list', 'dict', 'set', 'object', 'opaque') then
    return waymark._refuse(
      'an augmented assignment to a ' || waymark._py_type_name(p_left) || ', which would change it for every name it has',
      'Write `xs = xs + [...]` instead of `xs += [...]`.');
  end if;
  begin
    return case p_operator #>> '{}'
      when 'add' then waymark.py_add(p_left, p_right)
      when 'sub' then waymark.py_sub(p_left, p_right)
      when 'mul' then waymark.py_mul(p_left, p_right)
      when 'truediv' then waymark.py_truediv(p_left, p_right)
      when 'floordiv' then waymark.py_floordiv(p_left, p_right)
      when 'mod' then waymark.py_mod(p_left, p_right)
      when 'pow' then waymark.py_pow(p_left, p_right)
      when 'lshift' then waymark.py_lshift(p_left, p_right)
      when 'rshift' then waymark.py_rshift(p_left, p_right)
      when 'bitand' then waymark.py_bitand(p_left, p_right)
      when 'bitor' then waymark.py_bitor(p_left, p_right)
      when 'bitxor' then waymark.py_bitxor(p_left, p_right)
    end;
  exception when sqlstate 'WM501' then
    get stacked diagnostics v_detail = pg_exception_detail;
    -- A sequence that cannot be repeated is not even asked whether the right side can.
    v_symbol := case when p_operator = '"mul"' and waymark._py_kind(p_left) in ('range', 'frozenset') then '*'
                     else substring(v_detail::jsonb ->> 'message' from '^unsupported operand type\(s\) for ([^ :]+)') end;
    if v_symbol is null then
      raise;
    end if;
    return waymark._raise_python('TypeError', format('unsupported operand type(s) for %s=: ''%s'' and ''%s''',
      v_symbol, waymark._py_type_name(p_left), waymark._py_type_name(p_right)));
  end;
end
$$;

comment on function waymark.py_inplace(jsonb, jsonb, jsonb) is
  'The result of an augmented assignment, refused when its left side is mutable.';
