-- The exact value of a double as numeric: mantissa times a power of two, written out in decimal. nan and the infinities map to numeric's.
create or replace function waymark._py_exact(p_value float8) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_bits bigint;
  v_exponent int;
  v_mantissa numeric;
begin
  if p_value::text in ('NaN', 'Infinity', '-Infinity') then
    return p_value::text::numeric;
  end if;
  v_bits := ('x' || encode(float8send(abs(p_value)), 'hex'))::bit(64)::bigint;
  v_exponent := (v_bits >> 52)::int;
  v_mantissa := v_bits & 4503599627370495;
  if v_exponent > 0 then
    v_mantissa := v_mantissa + 4503599627370496;
  else
    v_exponent := 1;
  end if;
  v_exponent := v_exponent - 1075;
  v_mantissa := case when p_value < 0 then - v_mantissa else v_mantissa end;
  if v_exponent >= 0 then
    return v_mantissa * waymark._py_power(2, v_exponent);
  end if;
  return v_mantissa * waymark._py_power(5, - v_exponent) * ('1e' || v_exponent)::numeric;
end
$$;

comment on function waymark._py_exact(float8) is
  'The exact decimal value of a double.';
