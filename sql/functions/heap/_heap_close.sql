-- The heap of a task as it is kept between steps: {"cells": contents by number, "live": how many were reached when it was last collected}, with the
-- variables and call records of the task, {"heap", "locals", "frames"}. Objects that nothing reaches are dropped, and the others renumbered, when they
-- could be more than half: so endless loops do not leak, and collecting costs what allocating did.
create or replace function waymark._heap_close(p_cells jsonb[], p_live int, p_locals jsonb, p_frames jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  c_references constant jsonpath := jsonpath 'strict $.** ? (@."$".type() == "number")';
  v_numbers jsonb;
  v_cells jsonb;
begin
  if cardinality(p_cells) <= 2 * p_live + 32 then
    return jsonb_build_object('heap', jsonb_build_object('cells', to_jsonb(p_cells), 'live', p_live), 'locals', p_locals, 'frames', p_frames);
  end if;
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
    'heap', jsonb_build_object('cells', waymark._heap_renumber(v_cells, v_numbers), 'live', jsonb_array_length(v_cells)),
    'locals', waymark._heap_renumber(p_locals, v_numbers), 'frames', waymark._heap_renumber(p_frames, v_numbers));
end
$$;

comment on function waymark._heap_close(jsonb[], int, jsonb, jsonb) is
  'The heap of a task as it is kept between steps, without garbage.';
