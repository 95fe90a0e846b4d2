-- The quotient of two ints, correctly rounded to a double. Beyond 2**53 the operands are no doubles any more: the quotient is taken to at least
-- 64 bits with a last bit that stands for all the rest, which rounds once, in the conversion.
-- Raises: WM501 ZeroDivisionError, OverflowError; WM502 for operands of more digits than numeric can scale.
create or replace function waymark._py_divide(p_left numeric, p_right numeric) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_shift int;
  v_left numeric := abs(p_left);
  v_right numeric := abs(p_right);
  v_quotient numeric;
  v_negative boolean := (p_left < 0) <> (p_right < 0);
begin
  if p_right = 0 then
    return waymark._raise_python('ZeroDivisionError', 'division by zero');
  elsif v_left <= 9007199254740992 and v_right <= 9007199254740992 then
    return waymark._py_from_float(p_left::float8 / p_right::float8);
  end if;
  v_shift := 64 - floor((length(v_left::text) - length(v_right::text) - 1) * 3.3219280948873623)::int;
  if v_shift < -1100 then
    return waymark._raise_python('OverflowError', 'integer division result too large for a float');
  elsif v_left = 0 or v_shift > 1300 then
    return waymark._py_from_float(case when v_negative then '-0'::float8 else 0 end);
  end if;
  v_left := v_left * waymark._py_power(2, greatest(v_shift, 0));
  v_right := v_right * waymark._py_power(2, greatest(- v_shift, 0));
  v_quotient := div(v_left, v_right);
  v_quotient := 2 * v_quotient + case when v_quotient * v_right = v_left then 0 else 1 end;
  v_shift := v_shift + 1;
  v_quotient := case when v_shift > 0 then v_quotient * waymark._py_power(5, v_shift) * ('1e-' || v_shift)::numeric
    else v_quotient * waymark._py_power(2, - v_shift) end;
  begin
    return waymark._py_from_float(case when v_negative then - v_quotient::float8 else v_quotient::float8 end);
  exception when numeric_value_out_of_range then
    if v_quotient < 1 then
      return waymark._py_from_float(case when v_negative then '-0'::float8 else 0 end);
    end if;
    return waymark._raise_python('OverflowError', 'integer division result too large for a float');
  end;
exception when numeric_value_out_of_range then
  return waymark._refuse('an int of more than 131072 digits', 'Compute it in an action.');
end
$$;

comment on function waymark._py_divide(numeric, numeric) is
  'The true quotient of two ints, correctly rounded.';
