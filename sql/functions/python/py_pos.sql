-- The Python operator + with one operand.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_pos(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_value) is not null then
    return to_jsonb(waymark._py_int(p_value));
  elsif waymark._py_to_float(p_value) is not null then
    return p_value;
  end if;
  return waymark._py_unsupported_unary('+', p_value);
end
$$;

comment on function waymark.py_pos(jsonb) is
  'The Python operator + with one operand.';
