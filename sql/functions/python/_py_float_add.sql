-- The sum of two doubles as IEEE gives it: overflow is an infinity, where Postgres raises.
create or replace function waymark._py_float_add(p_left float8, p_right float8) returns float8
language plpgsql stable parallel safe
as $$
begin
  return p_left + p_right;
exception when numeric_value_out_of_range then
  return sign(p_left) * 'inf'::float8;
end
$$;

comment on function waymark._py_float_add(float8, float8) is
  'The IEEE sum of two doubles.';
