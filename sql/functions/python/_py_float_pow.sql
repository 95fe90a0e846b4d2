-- A double to the power of a double: the special cases as CPython orders them, the rest from the platform's pow(), as CPython does.
-- Raises: WM501 ZeroDivisionError, OverflowError; WM502 for a complex result and on the edge of underflow.
create or replace function waymark._py_float_pow(p_left float8, p_right float8) returns float8
language plpgsql stable parallel safe
as $$
declare
  v_base float8 := abs(p_left);
  v_odd boolean;
  v_sign float8;
begin
  if p_right = 0 or p_left = 1 then
    return 1;
  elsif p_left::text = 'NaN' or p_right::text = 'NaN' then
    return 'nan'::float8;
  elsif p_right::text in ('Infinity', '-Infinity') then
    return case when v_base = 1 then 1 when (p_right > 0) = (v_base > 1) then 'inf'::float8 else 0 end;
  end if;
  v_odd := floor(p_right) = p_right and abs(p_right) < 9007199254740992 and p_right::bigint % 2 <> 0;
  v_sign := case when v_odd and (p_left < 0 or p_left::text = '-0') then -1 else 1 end;
  if v_base = 0 and p_right < 0 then
    perform waymark._raise_python('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  elsif v_base = 0 or v_base::text = 'Infinity' then
    return v_sign * case when (p_right > 0) = (v_base > 1) then 'inf'::float8 else 0 end;
  elsif p_left < 0 and floor(p_right) <> p_right then
    perform waymark._refuse('a negative float to a fractional power (a complex number)', 'Compute it in an action.');
  end if;
  begin
    return v_sign * power(v_base, p_right);
  exception when numeric_value_out_of_range then
    if (p_right > 0) = (v_base > 1) then
      perform waymark._raise_python('OverflowError', '(34, ''Numerical result out of range'')', '[34, "Numerical result out of range"]');
    elsif least(abs(p_right), 1e300) * abs(log(v_base)) > 324 then
      return v_sign * 0;
    end if;
    perform waymark._refuse('a power on the edge of underflow', 'Compute it in an action.');
  end;
  return null;
end
$$;

comment on function waymark._py_float_pow(float8, float8) is
  'A double to the power of a double as CPython computes it.';
