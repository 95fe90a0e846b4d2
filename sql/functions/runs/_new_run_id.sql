-- A UUID version 7 (RFC 9562): 48 bits of milliseconds, so that new rows meet in the same index pages, then random bits.
create or replace function waymark._new_run_id(p_now timestamptz) returns uuid
language plpgsql volatile parallel safe as $$
begin
  return encode(
    overlay(
      overlay(uuid_send(gen_random_uuid()) placing substring(int8send((extract(epoch from p_now) * 1000)::bigint) from 3) from 1 for 6)
      placing set_byte(substring(uuid_send(gen_random_uuid()) from 7 for 1), 0, 112 + floor(random() * 16)::int) from 7 for 1),
    'hex')::uuid;
end
$$;
comment on function waymark._new_run_id(timestamptz) is 'A time-ordered run id (UUIDv7).';
