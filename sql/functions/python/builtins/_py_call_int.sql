-- The function int with one argument: ints, floats cut off, strings of ASCII digits.
-- Raises: WM501 ValueError.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_int(p_value jsonb default '0') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_number numeric;
  v_text text;
begin
  case waymark._py_kind(p_value)
    when 'int', 'bool' then
      return to_jsonb(waymark._py_int(p_value));
    when 'float' then
      v_number := waymark._py_number(p_value);
      if v_number not in ('NaN', 'Infinity', '-Infinity') then
        return to_jsonb(trunc(v_number));
      end if;
    when 'str' then
      v_text := waymark._py_ascii(p_value);
      if v_text ~ '^[ \t\n\x0b\f\r]*[-+]?[0-9]+(_[0-9]+)*[ \t\n\x0b\f\r]*$' and length(v_text) < 4300 then
        return to_jsonb(translate(v_text, E'_+ \t\n\x0b\f\r', '')::numeric);
      elsif v_text ~ '^[ -~]{0,100}$' then
        return waymark._raise_python('ValueError', 'invalid literal for int() with base 10: ' || waymark._py_repr_string(p_value));
      end if;
    else
      null;
  end case;
  return waymark._py_inexact('int()');
end
$$;

comment on function waymark._py_call_int(jsonb) is
  'The Python int(value).';
