-- The function len.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_len(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_length(p_value) < 9223372036854775808 then
    return to_jsonb(waymark._py_length(p_value));
  end if;
  return waymark._py_inexact('len()');
end
$$;

comment on function waymark._py_call_len(jsonb) is
  'The Python len(value).';
