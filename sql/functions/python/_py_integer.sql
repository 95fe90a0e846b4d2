-- Sum, difference and product of ints that may be too large for numeric.
-- Raises: WM502 when the result has more digits than numeric holds.
create or replace function waymark._py_integer(p_operator text, p_left numeric, p_right numeric) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(case p_operator
    when '+' then p_left + p_right
    when '-' then p_left - p_right
    when '*' then p_left * p_right
  end);
exception when numeric_value_out_of_range then
  return waymark._refuse('an int of more than 131072 digits', 'Compute it in an action.');
end
$$;

comment on function waymark._py_integer(text, numeric, numeric) is
  'Sum, difference or product of two ints of any size.';
