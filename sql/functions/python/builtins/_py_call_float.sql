-- The function float: numbers and strings of ASCII digits.
-- Raises: WM501 ValueError, OverflowError.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_float(p_value jsonb default '0.0') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text;
begin
  v_text := waymark._py_ascii(p_value);
  if v_text ~ '^[ \t\n\x0b\f\r]*[-+]?([0-9]+(_[0-9]+)*\.?|\.[0-9])([0-9]+(_[0-9]+)*)?([eE][-+]?[0-9]{1,9})?[ \t\n\x0b\f\r]*$' then
    begin
      return waymark._py_from_float(translate(v_text, E'_+ \t\n\x0b\f\r', '')::float8);
    exception when numeric_value_out_of_range or invalid_text_representation then
      return waymark._py_inexact('float()');
    end;
  elsif v_text ~ '^[ -~]{0,100}$' and v_text !~* '[0-9]|inf|nan' then
    return waymark._raise_python('ValueError', 'could not convert string to float: ' || waymark._py_repr_string(p_value));
  elsif waymark._py_kind(p_value) in ('int', 'bool', 'float') then
    return waymark._py_from_float(waymark._py_to_float(p_value));
  end if;
  return waymark._py_inexact('float()');
end
$$;

comment on function waymark._py_call_float(jsonb) is
  'The Python float(value).';
