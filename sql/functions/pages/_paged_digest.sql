-- What stands for the keys of a dict in their order, to be compared. The same in every version of Postgres.
create or replace function waymark._paged_digest(p_text text) returns text
language plpgsql immutable parallel safe
as $$
begin
  return left(encode(sha256(convert_to(p_text, 'UTF8')), 'base64'), 22);
end
$$;

comment on function waymark._paged_digest(text) is
  'A digest of keys.';
