-- The quotient of two doubles, the divisor not zero, as IEEE gives it: overflow is an infinity and underflow a signed zero, where Postgres raises.
create or replace function waymark._py_float_div(p_left float8, p_right float8) returns float8
language plpgsql stable parallel safe
as $$
begin
  return p_left / p_right;
exception when numeric_value_out_of_range then
  return sign(p_left) * sign(p_right) * case when abs(p_right) < 1 then 'inf'::float8 else 0 end;
end
$$;

comment on function waymark._py_float_div(float8, float8) is
  'The IEEE quotient of two doubles, the divisor not zero.';
