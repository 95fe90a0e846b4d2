-- The function ascii.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_ascii(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if octet_length(waymark._py_repr_exact(p_value)) = length(waymark._py_repr_exact(p_value)) then
    return to_jsonb(waymark._py_repr_exact(p_value));
  end if;
  return waymark._py_inexact('ascii()');
end
$$;

comment on function waymark._py_call_ascii(jsonb) is
  'The Python ascii(value).';
