-- The IR form "pack": a value without references, as it leaves the task or is looked at as a whole.
-- Raises: WM502 for an object that holds itself, which has no tree.
create or replace function waymark._heap_pack(p_value jsonb, p_heap jsonb[], p_depth int default 0) returns jsonb
language plpgsql stable
as $$
begin
  if jsonb_typeof(p_value) not in ('array', 'object') then
    return p_value;
  elsif p_depth > 200 then
    return waymark._refuse('an object that holds itself, or is nested deeper than 200', 'Keep ids instead of the objects.');
  end if;
  p_value := waymark._heap_load(p_value, p_heap);
  if not jsonb_path_exists(p_value, 'strict $.** ? (@."$".type() == "number" || @."$" == "new")', silent => true) then
    return p_value;
  elsif jsonb_typeof(p_value) = 'array' then
    return (
      select jsonb_agg(waymark._heap_pack(item.value, p_heap, p_depth + 1) order by item.position)
      from jsonb_array_elements(p_value) with ordinality as item (value, position));
  end if;
  return (
    select jsonb_object_agg(item.key, case item.key when '$' then item.value else waymark._heap_pack(item.value, p_heap, p_depth + 1) end)
    from jsonb_each(p_value) as item);
end
$$;

comment on function waymark._heap_pack(jsonb, jsonb[], int) is
  'A value without references.';
