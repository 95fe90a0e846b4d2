-- An object's content as it is held: in pages if it is large. For the operators that know how to look into these.
create or replace function waymark._heap_held(p_value jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
begin
  if jsonb_typeof(p_value) = 'object' and jsonb_typeof(p_value -> '$') = 'number' then
    return waymark._heap_cell(p_value, p_heap);
  end if;
  return waymark._heap_load(p_value, p_heap);
end
$$;

comment on function waymark._heap_held(jsonb, jsonb[]) is
  'The content of an object, in pages if it is large.';
