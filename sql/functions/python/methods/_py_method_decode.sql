-- The method decode of bytes, from UTF-8.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_decode(p_receiver jsonb, p_encoding jsonb default '"utf-8"') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'bytes' and p_encoding in ('"utf-8"', '"utf8"', '"UTF-8"')
     and encode(decode(p_receiver ->> 'v', 'base64'), 'hex') !~ '^(..)*(00|ed[ab])' then
    return to_jsonb(convert_from(decode(p_receiver ->> 'v', 'base64'), 'UTF8'));
  end if;
  return waymark._py_inexact('.decode()');
exception when character_not_in_repertoire or untranslatable_character then
  return waymark._py_inexact('.decode()');
end
$$;

comment on function waymark._py_method_decode(jsonb, jsonb) is
  'The Python method decode of bytes.';
