-- The Python operator &.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_bitand(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_bit_operation('&', p_left, p_right);
end
$$;

comment on function waymark.py_bitand(jsonb, jsonb) is
  'The Python operator &.';
