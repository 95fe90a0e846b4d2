-- The method hex of bytes.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_hex(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'bytes' then
    return to_jsonb(encode(decode(p_receiver ->> 'v', 'base64'), 'hex'));
  end if;
  return waymark._py_inexact('.hex()');
end
$$;

comment on function waymark._py_method_hex(jsonb) is
  'The Python method hex of bytes.';
