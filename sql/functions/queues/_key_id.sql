-- Names a concurrency key of a queue: what a row of actions and of timers has room for.
create or replace function waymark._key_id(p_queue text, p_key text) returns uuid
language sql immutable strict as $$
  select encode(substr(sha256(convert_to(p_queue || E'\n' || p_key, 'UTF8')), 1, 16), 'hex')::uuid
$$;
comment on function waymark._key_id(text, text) is 'The id of a concurrency key of a queue.';
