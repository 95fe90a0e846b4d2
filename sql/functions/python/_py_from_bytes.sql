-- Encodes bytes; encode() breaks its lines, the encoding does not.
create or replace function waymark._py_from_bytes(p_value bytea) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return jsonb_build_object('$', 'bytes', 'v', translate(encode(p_value, 'base64'), E'\n', ''));
end
$$;

comment on function waymark._py_from_bytes(bytea) is
  'The encoded Python bytes of a bytea.';
