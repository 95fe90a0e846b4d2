-- A mapping without the keys of a pattern, which it has: what `**rest` captures.
create or replace function waymark.py_match_rest(p_value jsonb, p_keys jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark.py_dict(coalesce((
    select jsonb_agg(pair.value order by pair.position)
    from jsonb_array_elements(waymark._py_pairs(p_value)) with ordinality as pair (value, position)
    where waymark._py_position(p_keys, pair.value -> 0) is null), '[]'));
end
$$;

comment on function waymark.py_match_rest(jsonb, jsonb) is
  'A mapping without the keys of a pattern.';
