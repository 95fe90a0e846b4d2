-- The class Decimal: of an int, a Decimal, or a string of digits.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_decimal_decimal(p_value jsonb default '0') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_value);
  v_number numeric;
begin
  if waymark._py_kind(p_value) = 'decimal' then
    return p_value;
  elsif v_text ~ '^[-+]?[0-9]{1,100}(\.[0-9]{1,100})?$' and v_text !~ '^-[0.]+$' then
    v_number := v_text::numeric;
  else
    v_number := waymark._py_int(p_value);
  end if;
  if v_number is null or abs(v_number) < 0.000001 and (v_number <> 0 or scale(v_number) > 6) then
    return waymark._py_inexact('Decimal()');
  end if;
  return jsonb_build_object('$', 'decimal', 'v', v_number::text);
end
$$;

comment on function waymark._py_call_decimal_decimal(jsonb) is
  'The Python Decimal(value).';
