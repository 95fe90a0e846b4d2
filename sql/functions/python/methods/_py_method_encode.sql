-- The method encode of strings, to UTF-8.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_encode(p_receiver jsonb, p_encoding jsonb default '"utf-8"') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' and p_encoding in ('"utf-8"', '"utf8"', '"UTF-8"') then
    return waymark._py_from_bytes(waymark._py_to_utf8(p_receiver));
  end if;
  return waymark._py_inexact('.encode()');
end
$$;

comment on function waymark._py_method_encode(jsonb, jsonb) is
  'The Python method encode of strings.';
