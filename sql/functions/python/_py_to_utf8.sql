-- The UTF-8 bytes of a string; a lone surrogate is written as its three bytes (Python's surrogatepass), so bytes order as code points do.
create or replace function waymark._py_to_utf8(p_value jsonb) returns bytea
language plpgsql stable parallel safe
as $$
begin
  return case jsonb_typeof(p_value) when 'string' then convert_to(p_value #>> '{}', 'UTF8') else decode(p_value ->> 'v', 'base64') end;
end
$$;

comment on function waymark._py_to_utf8(jsonb) is
  'The UTF-8 bytes of an encoded string, lone surrogates included.';
