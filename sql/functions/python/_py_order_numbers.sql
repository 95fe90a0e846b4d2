-- Compares two numbers by their exact values: -1, 0, 1; SQL null when one is nan.
-- Raises: WM502 for a Decimal nan, whose order Python refuses by a signal of its context.
create or replace function waymark._py_order_numbers(p_left jsonb, p_right jsonb) returns int
language plpgsql stable parallel safe
as $$
declare
  v_left numeric := waymark._py_number(p_left);
  v_right numeric := waymark._py_number(p_right);
begin
  if v_left = 'NaN' or v_right = 'NaN' then
    if p_left ->> '$' = 'decimal' or p_right ->> '$' = 'decimal' then
      perform waymark._refuse('order of a Decimal nan', 'Test for nan in an action.');
    end if;
    return null;
  end if;
  return sign(case when v_left = v_right then 0 when v_left > v_right then 1 else -1 end);
end
$$;

comment on function waymark._py_order_numbers(jsonb, jsonb) is
  'The order of two numbers: -1, 0, 1, or null when one is nan.';
