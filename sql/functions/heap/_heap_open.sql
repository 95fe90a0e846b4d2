-- The cells of a task's heap as the array that a step works on. There is at least one, so that they are counted.
create or replace function waymark._heap_open(p_heap jsonb) returns jsonb[]
language plpgsql stable parallel safe
as $$
begin
  return coalesce((
    select array_agg(cell.content order by cell.number)
    from jsonb_array_elements(p_heap -> 'cells') with ordinality as cell (content, number)), array[null]::jsonb[]);
end
$$;

comment on function waymark._heap_open(jsonb) is
  'The cells of a heap as an array.';
