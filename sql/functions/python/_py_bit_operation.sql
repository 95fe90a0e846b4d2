-- The operators &, | and ^: of bools a bool, of ints, of sets; | of dicts.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark._py_bit_operation(p_operator text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text := waymark._py_kind(p_left);
  v_right text := waymark._py_kind(p_right);
  v_result numeric;
begin
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    v_result := waymark._py_bitwise(p_operator, waymark._py_int(p_left), waymark._py_int(p_right));
    return case when v_left = 'bool' and v_right = 'bool' then to_jsonb(v_result = 1) else to_jsonb(v_result) end;
  elsif v_left in ('set', 'frozenset') and v_right in ('set', 'frozenset') then
    return waymark._py_set_operation(p_operator, p_left, p_right);
  elsif v_left = 'dict' and v_right = 'dict' and p_operator = '|' then
    return waymark.py_dict(waymark._py_pairs(p_left) || waymark._py_pairs(p_right));
  end if;
  return waymark._py_unsupported(p_operator, p_left, p_right);
end
$$;

comment on function waymark._py_bit_operation(text, jsonb, jsonb) is
  'The Python operators &, | and ^.';
