-- The cells of a task's heap as the array that a step works on. A free cell is null.
create or replace function waymark._heap_open(p_heap jsonb) returns jsonb[]
language plpgsql stable parallel safe
as $$
begin
  return coalesce((
    select array_agg(nullif(cell.content, 'null') order by cell.number)
    from jsonb_array_elements(p_heap) with ordinality as cell (content, number)), array[null]::jsonb[]);
end
$$;

comment on function waymark._heap_open(jsonb) is
  'The cells of a heap as an array.';
