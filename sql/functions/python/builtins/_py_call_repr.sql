-- The function repr.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_repr(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(waymark._py_repr_exact(p_value));
end
$$;

comment on function waymark._py_call_repr(jsonb) is
  'The Python repr(value).';
