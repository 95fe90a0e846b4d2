-- The function round: a half goes to the even neighbour, and what is halved is the exact value of the double.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_round(p_value jsonb, p_digits jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_digits numeric := waymark._py_int(p_digits);
  v_number numeric := case when waymark._py_kind(p_value) in ('int', 'bool', 'float') then waymark._py_number(p_value) end;
begin
  if waymark._py_int(p_value) is not null and (p_digits = 'null' or v_digits >= 0) then
    return to_jsonb(waymark._py_int(p_value));
  elsif v_number is null or v_number in ('NaN', 'Infinity', '-Infinity') or p_digits <> 'null' and v_digits is null
        or abs(v_digits) > 300 then
    return waymark._py_inexact('round()');
  elsif waymark._py_int(p_value) is not null then
    return to_jsonb(trunc(waymark._py_round_half_even(v_number, v_digits::int)));
  elsif p_digits = 'null' then
    return to_jsonb(waymark._py_round_half_even(v_number, 0));
  end if;
  v_number := waymark._py_round_half_even(v_number, v_digits::int);
  if abs(v_number) > 1e308 or v_number = 0 then
    return waymark._py_inexact('round()');
  end if;
  return waymark._py_from_float(v_number::float8);
end
$$;

comment on function waymark._py_call_round(jsonb, jsonb) is
  'The Python round(value, digits).';
