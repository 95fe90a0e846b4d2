-- What makes a run the only one of its schedule and time: its idempotency key. It may be longer than those that clients can give.
create or replace function waymark._fire_key(p_name text, p_fire timestamptz) returns text
language plpgsql stable as $$
begin
  return format('schedule:%s:%s', p_name, replace(to_char(p_fire at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z'));
end
$$;
comment on function waymark._fire_key(text, timestamptz) is 'The idempotency key of the run of a schedule at a time.';
