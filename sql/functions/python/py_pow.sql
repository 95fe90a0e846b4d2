-- The Python operator **.
-- Raises: WM501 TypeError, ZeroDivisionError, OverflowError; WM502 (complex results, ints of more than 131072 digits, …).
create or replace function waymark.py_pow(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text := waymark._py_kind(p_left);
  v_right text := waymark._py_kind(p_right);
begin
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') and waymark._py_int(p_right) >= 0 then
    return to_jsonb(waymark._py_power(waymark._py_int(p_left), waymark._py_int(p_right)));
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    return waymark._py_from_float(waymark._py_float_pow(waymark._py_to_float(p_left), waymark._py_to_float(p_right)));
  end if;
  return waymark._py_unsupported('** or pow()', p_left, p_right);
end
$$;

comment on function waymark.py_pow(jsonb, jsonb) is
  'The Python operator **.';
