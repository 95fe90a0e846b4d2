-- An int, bool or float as the nearest double; SQL null for every other value.
-- Raises: WM501 OverflowError for an int beyond the doubles.
create or replace function waymark._py_to_float(p_value jsonb) returns float8
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'number' then
      if abs(p_value::numeric) < 1e300 then
        return p_value::numeric::float8;
      end if;
      begin
        return p_value::numeric::float8;
      exception when numeric_value_out_of_range then
        perform waymark._raise_python('OverflowError', 'int too large to convert to float');
      end;
    when 'boolean' then
      return p_value::boolean::int;
    when 'object' then
      return case when p_value ->> '$' = 'float' then (p_value ->> 'v')::float8 end;
    else
      null;
  end case;
  return null;
end
$$;

comment on function waymark._py_to_float(jsonb) is
  'An encoded number as a double, null for what is not a number.';
