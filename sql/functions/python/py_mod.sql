-- The Python operator %, the remainder with the sign of the divisor; or the formatting of a string.
-- Raises: WM501 TypeError, ZeroDivisionError ('float modulo by zero' as from Python 3.12 on), OverflowError; WM502.
create or replace function waymark.py_mod(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
  v_dividend numeric;
  v_divisor numeric;
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) = 0 and scale(p_right::numeric) = 0
     and p_left::numeric >= 0 and p_right::numeric > 0 then
    return to_jsonb(mod(p_left::numeric, p_right::numeric));
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    v_dividend := waymark._py_int(p_left);
    v_divisor := waymark._py_int(p_right);
    if v_divisor = 0 then
      return waymark._raise_python('ZeroDivisionError', 'integer modulo by zero');
    end if;
    v_dividend := mod(v_dividend, v_divisor);
    return to_jsonb(case when v_dividend <> 0 and (v_dividend < 0) <> (v_divisor < 0) then v_dividend + v_divisor else v_dividend end);
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    if waymark._py_to_float(p_left) is not null and waymark._py_to_float(p_right) = 0 then
      return waymark._raise_python('ZeroDivisionError', 'float modulo by zero');
    end if;
    return waymark._py_from_float((waymark._py_float_divmod(waymark._py_to_float(p_left), waymark._py_to_float(p_right))).remainder);
  elsif jsonb_typeof(p_left) = 'string' and v_right in ('tuple', 'int', 'float', 'str', 'bool', 'NoneType', 'decimal', 'date', 'datetime', 'uuid') then
    return waymark._py_percent(p_left #>> '{}', case v_right when 'tuple' then p_right -> 'v' else jsonb_build_array(p_right) end);
  elsif v_left in ('str', 'bytes') then
    return waymark._refuse(v_left || ' formatting with %', 'Use an f-string, or format in an action.');
  end if;
  return waymark._py_unsupported('%', p_left, p_right);
end
$$;

comment on function waymark.py_mod(jsonb, jsonb) is
  'The Python operator %.';
