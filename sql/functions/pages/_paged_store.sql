-- A paged dict with a value for a key (a string or an int): an equal key stays, with its place; a new one comes last. When the pages are full on
-- average, one of them is split.
create or replace function waymark._paged_store(p_dict jsonb, p_key jsonb, p_value jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_count int := (p_dict -> 'count')::int;
  v_bucket int := waymark._paged_bucket(p_key::text, v_count);
  v_page jsonb := coalesce(waymark._page(p_dict, v_bucket), '{}');
  v_half int := 1;
  v_stays jsonb;
  v_moves jsonb;
begin
  p_dict := waymark._paged_put(p_dict, v_bucket,
    v_page || jsonb_build_object(p_key::text, jsonb_build_array(coalesce(v_page -> p_key::text -> 0, p_dict -> 'serial'), p_value)));
  if v_page ? p_key::text then
    return p_dict;
  end if;
  p_dict := p_dict || jsonb_build_object('length', (p_dict -> 'length')::int + 1, 'serial', (p_dict -> 'serial')::bigint + 1,
                                         'keys', waymark._paged_digest(concat(p_dict -> 'keys', p_key)));
  if (p_dict -> 'length')::int <= v_count * (p_dict -> 'per')::int then
    return p_dict;
  end if;
  while v_half * 2 <= v_count loop
    v_half := v_half * 2;
  end loop;
  select coalesce(jsonb_object_agg(item.key, item.value) filter (where waymark._paged_bucket(item.key, v_count + 1) < v_count), '{}'),
         coalesce(jsonb_object_agg(item.key, item.value) filter (where waymark._paged_bucket(item.key, v_count + 1) = v_count), '{}')
    into v_stays, v_moves
    from jsonb_each(waymark._page(p_dict, v_count - v_half)) as item;
  p_dict := waymark._paged_put(waymark._paged_put(p_dict, v_count - v_half, v_stays), v_count, v_moves);
  return p_dict || jsonb_build_object('count', v_count + 1);
end
$$;

comment on function waymark._paged_store(jsonb, jsonb, jsonb) is
  'A paged dict with a value for a key.';
