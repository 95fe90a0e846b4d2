-- The text of a string that is plain ASCII, on which Python and Postgres agree whatever their Unicode tables; SQL null for every other value.
create or replace function waymark._py_ascii(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_value) = 'string' and octet_length(p_value #>> '{}') = length(p_value #>> '{}') then
    return p_value #>> '{}';
  end if;
  return null;
end
$$;

comment on function waymark._py_ascii(jsonb) is
  'The text of a string of ASCII characters, null for any other value.';
