-- The page of a dict that has a key, if it has it: linear hashing, so that a dict grows by one page at a time. p_key is the key as JSON text.
create or replace function waymark._paged_bucket(p_key text, p_count int) returns int
language plpgsql immutable parallel safe
as $$
declare
  v_digest bytea := sha256(convert_to(p_key, 'UTF8'));
  v_hash int := get_byte(v_digest, 0) * 65536 + get_byte(v_digest, 1) * 256 + get_byte(v_digest, 2);
  v_half int := 1;
begin
  while v_half * 2 <= p_count loop
    v_half := v_half * 2;
  end loop;
  return case when v_hash % (v_half * 2) < p_count then v_hash % (v_half * 2) else v_hash % v_half end;
end
$$;

comment on function waymark._paged_bucket(text, int) is
  'The page of a dict that a key belongs to.';
