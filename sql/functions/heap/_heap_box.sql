-- The IR form "box": a plain tree, its mutable containers made objects at the levels that say so. The last level stands for all below it.
-- References and objects that are in the heap already stay as they are.
-- Raises: WM502 for instances that may change as elements of sets or keys, where they stand for themselves.
create or replace function waymark._heap_box(p_value jsonb, p_levels boolean[], p_level int default 1) returns jsonb
language plpgsql stable
as $$
declare
  v_is_last boolean := p_level = cardinality(p_levels);
  v_next int := case when p_level = cardinality(p_levels) then p_level else p_level + 1 end;
begin
  if jsonb_typeof(p_value) not in ('array', 'object') or v_is_last and not p_levels[p_level] or waymark._heap_is_reference(p_value)
     or p_value ->> '$' = 'new' then
    return p_value;
  elsif p_value ->> '$' in ('set', 'frozenset', 'dict') and true = any (p_levels[v_next:]) and jsonb_path_exists(
    p_value, case when p_value ->> '$' = 'dict' then '$.v[*][0].**."$" ? (@ like_regex ":")' else '$.v.**."$" ? (@ like_regex ":")' end::jsonpath)
  then
    return waymark._refuse('an object that changes as a key or as an element of a set', 'Use its name, id or value.');
  elsif jsonb_typeof(p_value) = 'array' then
    p_value := coalesce((
      select jsonb_agg(waymark._heap_box(item.value, p_levels, v_next) order by item.position)
      from jsonb_array_elements(p_value) with ordinality as item (value, position)), '[]');
  elsif p_value ->> '$' = 'exception' then
    p_value := p_value || jsonb_build_object('args', coalesce((
      select jsonb_agg(waymark._heap_box(item.value, p_levels, v_next) order by item.position)
      from jsonb_array_elements(p_value -> 'args') with ordinality as item (value, position)), '[]'));
  elsif p_value ->> '$' = 'dict' then
    p_value := jsonb_set(p_value, '{v}', coalesce((
      select jsonb_agg(jsonb_build_array(pair.value -> 0, waymark._heap_box(pair.value -> 1, p_levels, v_next)) order by pair.position)
      from jsonb_array_elements(p_value -> 'v') with ordinality as pair (value, position)), '[]'));
  elsif p_value ->> '$' = 'tuple' then
    return jsonb_set(p_value, '{v}', coalesce((
      select jsonb_agg(waymark._heap_box(item.value, p_levels, v_next) order by item.position)
      from jsonb_array_elements(p_value -> 'v') with ordinality as item (value, position)), '[]'));
  elsif waymark._heap_is_mutable(p_value) and p_value ->> '$' is distinct from 'set' then
    p_value := coalesce((
      select jsonb_object_agg(item.key, case when item.key like '$%' then item.value else waymark._heap_box(item.value, p_levels, v_next) end)
      from jsonb_each(p_value) as item), '{}');
  end if;
  return case when p_levels[p_level] then waymark._heap_new(p_value) else p_value end;
end
$$;

comment on function waymark._heap_box(jsonb, boolean[], int) is
  'A plain tree with objects at the levels that say so.';
