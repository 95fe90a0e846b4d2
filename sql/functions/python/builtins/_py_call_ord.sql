-- The function ord.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_ord(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_value) = 'string' and length(p_value #>> '{}') = 1 then
    return to_jsonb(ascii(p_value #>> '{}'));
  end if;
  return waymark._py_inexact('ord()');
end
$$;

comment on function waymark._py_call_ord(jsonb) is
  'The Python ord(character).';
