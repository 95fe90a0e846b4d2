-- Encodes the string of these UTF-8 bytes: plain unless it holds U+0000 or a lone surrogate, which jsonb cannot.
create or replace function waymark._py_from_utf8(p_value bytea) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if encode(p_value, 'hex') ~ '^(..)*(00|ed[ab])' then
    return jsonb_build_object('$', 'str', 'v', translate(encode(p_value, 'base64'), E'\n', ''));
  end if;
  return to_jsonb(convert_from(p_value, 'UTF8'));
end
$$;

comment on function waymark._py_from_utf8(bytea) is
  'The encoded Python string of UTF-8 bytes.';
