-- The IR form "load": an object's content, one level deep; what is no reference, or not yet settled, is its own content.
create or replace function waymark._heap_load(p_value jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
begin
  if jsonb_typeof(p_value) <> 'object' then
    return p_value;
  elsif jsonb_typeof(p_value -> '$') = 'number' then
    return waymark._paged_whole(waymark._heap_cell(p_value, p_heap));
  elsif p_value ->> '$' = 'new' then
    return p_value -> 'v';
  end if;
  return p_value;
end
$$;

comment on function waymark._heap_load(jsonb, jsonb[]) is
  'The content of an object one level deep.';
