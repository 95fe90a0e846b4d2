-- Whether a key is of the kinds that a paged dict can have: strings and ints, whose JSON text is equal exactly when they are. (Other keys may equal
-- these: True, 1.0.)
create or replace function waymark._paged_is_key(p_key jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return jsonb_typeof(p_key) = 'string' or jsonb_typeof(p_key) = 'number' and scale(p_key::numeric) = 0;
end
$$;

comment on function waymark._paged_is_key(jsonb) is
  'Whether a paged dict can have a key.';
