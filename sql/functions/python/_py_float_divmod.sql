-- Floor quotient and remainder of two doubles, the divisor not zero, by CPython's own steps. The remainder of a truncated division is
-- always a double itself, so it is computed exactly in numeric; the roundings that follow are CPython's.
create or replace function waymark._py_float_divmod(p_left float8, p_right float8, out quotient float8, out remainder float8)
language plpgsql stable parallel safe
as $$
declare
  v_negative_right boolean := p_right < 0 and p_right::text <> 'NaN';
begin
  if p_left::text in ('NaN', 'Infinity', '-Infinity') or p_right::text = 'NaN' then
    quotient := 'nan';
    remainder := 'nan';
    return;
  end if;
  remainder := case when p_right::text in ('Infinity', '-Infinity') then p_left
    else mod(waymark._py_exact(p_left), waymark._py_exact(p_right))::float8 end;
  quotient := waymark._py_float_div(p_left - remainder, p_right);
  if remainder <> 0 then
    if v_negative_right <> (remainder < 0) then
      remainder := remainder + p_right;
      quotient := quotient - 1;
    end if;
  else
    remainder := case when v_negative_right then '-0'::float8 else 0 end;
  end if;
  if quotient = 0 then
    quotient := case when v_negative_right <> (p_left < 0 or p_left::text = '-0') then '-0'::float8 else 0 end;
  elsif quotient - floor(quotient) > 0.5 then
    quotient := floor(quotient) + 1;
  else
    quotient := floor(quotient);
  end if;
end
$$;

comment on function waymark._py_float_divmod(float8, float8) is
  'Floor quotient and remainder of two doubles as CPython computes them.';
