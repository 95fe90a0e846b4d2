-- Whether a program changes objects, so that its tasks have a heap.
create or replace function waymark._uses_heap(p_ir jsonb) returns boolean
language plpgsql immutable as $$
begin
  return p_ir -> 'nodes' @> '[{"kind": "mutate"}]';
end
$$;
comment on function waymark._uses_heap(jsonb) is 'Whether the tasks of a program have a heap.';
