-- The cells of a task's heap as the array that a step works on; null for those in pages. There is at least one, so that they are counted.
create or replace function waymark._heap_open(p_heap jsonb) returns jsonb[]
language plpgsql stable parallel safe
as $$
declare
  v_cells jsonb[] := coalesce((
    select array_agg(cell.content order by cell.number)
    from jsonb_array_elements(p_heap -> 'cells') with ordinality as cell (content, number)), '{}');
begin
  if p_heap ? 'store' then
    v_cells := array_fill(null::jsonb, array[(p_heap -> 'spilled')::int + 1], array[0]) || v_cells;
    v_cells[0] := p_heap -> 'store';
  end if;
  return case when coalesce(array_upper(v_cells, 1), 0) = 0 then v_cells || null::jsonb else v_cells end;
end
$$;

comment on function waymark._heap_open(jsonb) is
  'The cells of a heap as an array.';
