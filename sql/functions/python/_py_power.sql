-- An int to a non-negative power, exactly, by squaring (numeric's own power() gives no such guarantee).
-- Raises: WM502 when the result has more digits than numeric holds.
create or replace function waymark._py_power(p_base numeric, p_exponent numeric) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_result numeric := 1;
  v_square numeric := p_base;
  v_rest bigint;
begin
  if abs(p_base) <= 1 then
    return case when p_exponent = 0 then 1 when mod(p_exponent, 2) = 0 then abs(p_base) else p_base end;
  elsif p_exponent > 500000 then
    perform waymark._refuse('an int of more than 131072 digits', 'Compute it in an action.');
  end if;
  v_rest := p_exponent;
  loop
    if v_rest & 1 = 1 then
      v_result := v_result * v_square;
    end if;
    v_rest := v_rest >> 1;
    exit when v_rest = 0;
    v_square := v_square * v_square;
  end loop;
  return v_result;
exception when numeric_value_out_of_range then
  perform waymark._refuse('an int of more than 131072 digits', 'Compute it in an action.');
  return null;
end
$$;

comment on function waymark._py_power(numeric, numeric) is
  'An integer to a non-negative integer power, exactly.';
