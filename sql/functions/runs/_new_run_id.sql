-- A UUID version 7 (RFC 9562): 48 bits of milliseconds, so that new rows meet in the same index pages, then the random bits and the variant of a version 4.
create or replace function waymark._new_run_id(p_now timestamptz) returns uuid
language sql volatile parallel safe as $$
  select (lpad(to_hex((extract(epoch from p_now) * 1000)::bigint), 12, '0') || '7' || substr(gen_random_uuid()::text, 16))::uuid
$$;
comment on function waymark._new_run_id(timestamptz) is 'A time-ordered run id (UUIDv7).';
