-- The function format, which f-strings call.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_format(p_value jsonb, p_spec jsonb default '""') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_spec) = 'string' then
    return to_jsonb(waymark._py_format(p_value, p_spec #>> '{}'));
  end if;
  return waymark._py_inexact('format()');
end
$$;

comment on function waymark._py_call_format(jsonb, jsonb) is
  'The Python format(value, spec).';
