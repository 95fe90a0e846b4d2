-- The state of a task, out of all pages, with only the objects that are reached, which get new numbers. "void": the pages that it had.
create or replace function waymark._heap_collect(p_heap jsonb, p_cells jsonb[], p_locals jsonb, p_frames jsonb) returns jsonb
language plpgsql stable
as $$
declare
  c_references constant jsonpath := jsonpath 'strict $.** ? (@."$".type() == "number")';
  v_numbers jsonb;
  v_cells jsonb;
begin
  for v_number in 1..array_upper(p_cells, 1) loop
    p_cells[v_number] := waymark._paged_whole(waymark._heap_cell(jsonb_build_object('$', v_number), p_cells));
  end loop;
  p_locals := waymark._frame_whole(p_locals);
  p_frames := coalesce((
    select jsonb_agg(jsonb_set(frame.value, '{locals}', waymark._frame_whole(frame.value -> 'locals')) order by frame.position)
    from jsonb_array_elements(p_frames) with ordinality as frame (value, position)), '[]');
  with recursive reached (number) as (
    select (r.value -> '$')::int from jsonb_path_query(jsonb_build_array(p_locals, p_frames), c_references, silent => true) as r (value)
    union
    select (r.value -> '$')::int from reached, jsonb_path_query(p_cells[reached.number], c_references, silent => true) as r (value)
  ), numbered (number, position) as (
    select reached.number, row_number() over (order by reached.number) from reached
  )
  select coalesce(jsonb_object_agg(numbered.number, numbered.position), '{}'), coalesce(jsonb_agg(p_cells[numbered.number] order by numbered.position), '[]')
    into v_numbers, v_cells from numbered;
  return jsonb_build_object(
    'heap', jsonb_build_object('cells', waymark._heap_renumber(v_cells, v_numbers), 'live', jsonb_array_length(v_cells) + pg_column_size(v_cells) / 32)
      || case when p_heap ? 'store' then jsonb_build_object('store', p_heap -> 'store', 'spilled', 0, 'next', p_heap -> 'next', 'held', p_heap -> 'held',
           'void', (select coalesce(jsonb_agg(distinct p.value_no), '[]') from waymark.pages p
                     where p.store_id = (p_heap -> 'store')::bigint and p.value_no >= 0)) else '{}' end,
    'locals', waymark._heap_renumber(p_locals, v_numbers), 'frames', waymark._heap_renumber(p_frames, v_numbers));
end
$$;

comment on function waymark._heap_collect(jsonb, jsonb[], jsonb, jsonb) is
  'The state of a task without objects that nothing reaches.';
