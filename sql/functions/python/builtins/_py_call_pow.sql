-- The function pow.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_pow(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark.py_pow(p_left, p_right);
end
$$;

comment on function waymark._py_call_pow(jsonb, jsonb) is
  'The Python pow(left, right).';
