-- A paged dict without a key that it has.
create or replace function waymark._paged_without(p_dict jsonb, p_key jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_bucket int := waymark._paged_bucket(p_key::text, (p_dict -> 'count')::int);
begin
  return waymark._paged_put(p_dict, v_bucket, waymark._page(p_dict, v_bucket) - p_key::text)
    || jsonb_build_object('length', (p_dict -> 'length')::int - 1, 'keys', waymark._paged_digest(concat(p_dict -> 'keys', p_key)));
end
$$;

comment on function waymark._paged_without(jsonb, jsonb) is
  'A paged dict without a key.';
