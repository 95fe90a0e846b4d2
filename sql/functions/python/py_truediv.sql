-- The Python operator /.
-- Raises: WM501 TypeError, ZeroDivisionError, OverflowError; WM502.
create or replace function waymark.py_truediv(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) = 0 and scale(p_right::numeric) = 0
     and abs(p_left::numeric) <= 9007199254740992 and p_right::numeric between 1 and 9007199254740992 then
    return waymark._py_from_float(p_left::numeric::float8 / p_right::numeric::float8);
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    return waymark._py_divide(waymark._py_int(p_left), waymark._py_int(p_right));
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    if waymark._py_to_float(p_left) is not null and waymark._py_to_float(p_right) = 0 then
      return waymark._raise_python('ZeroDivisionError', 'float division by zero');
    end if;
    return waymark._py_from_float(waymark._py_float_div(waymark._py_to_float(p_left), waymark._py_to_float(p_right)));
  end if;
  return waymark._py_unsupported('/', p_left, p_right);
end
$$;

comment on function waymark.py_truediv(jsonb, jsonb) is
  'The Python operator /.';
