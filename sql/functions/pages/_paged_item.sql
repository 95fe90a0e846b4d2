-- The element of a paged value at an index or under a key; SQL null when there is none, or only the whole value can tell.
create or replace function waymark._paged_item(p_paged jsonb, p_key jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_index numeric;
begin
  if p_paged ->> 'kind' = 'dict' then
    return case when waymark._paged_is_key(p_key)
      then waymark._page(p_paged, waymark._paged_bucket(p_key::text, (p_paged -> 'count')::int)) -> p_key::text -> 1 end;
  elsif jsonb_typeof(p_key) is distinct from 'number' or scale(p_key::numeric) > 0 then
    return null;
  end if;
  v_index := p_key::numeric + case when p_key::numeric < 0 then (p_paged -> 'length')::int else 0 end;
  return case when v_index >= 0 and v_index < (p_paged -> 'length')::int
    then waymark._page(p_paged, v_index::int / (p_paged -> 'per')::int) -> (v_index::int % (p_paged -> 'per')::int) end;
end
$$;

comment on function waymark._paged_item(jsonb, jsonb) is
  'The element of a paged value at an index or under a key.';
