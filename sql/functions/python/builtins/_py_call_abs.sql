-- The function abs.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_abs(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_value) is not null then
    return to_jsonb(abs(waymark._py_int(p_value)));
  elsif waymark._py_to_float(p_value) is not null then
    return waymark._py_from_float(abs(waymark._py_to_float(p_value)));
  end if;
  return waymark._py_inexact('abs()');
end
$$;

comment on function waymark._py_call_abs(jsonb) is
  'The Python abs(value).';
