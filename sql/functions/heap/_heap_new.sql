-- The IR form "new": a new object that has no cell yet. The expression that made it may use it several times: its id says that these are one.
-- waymark._heap_settle gives it a cell when the expression has been evaluated.
create or replace function waymark._heap_new(p_content jsonb) returns jsonb
language plpgsql stable
as $$
begin
  if waymark._heap_is_mutable(p_content) then
    return jsonb_build_object('$', 'new', 'id', gen_random_uuid(), 'v', p_content);
  end if;
  return p_content;
end
$$;

comment on function waymark._heap_new(jsonb) is
  'A new object with this content, not yet in the heap.';
