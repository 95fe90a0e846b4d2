-- The Python operator ~.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_invert(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_value) is not null then
    return to_jsonb(-1 - waymark._py_int(p_value));
  end if;
  return waymark._py_unsupported_unary('~', p_value);
end
$$;

comment on function waymark.py_invert(jsonb) is
  'The Python operator ~.';
