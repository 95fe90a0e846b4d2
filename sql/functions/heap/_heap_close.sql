-- The state of a task as it is kept between steps: {"heap", "locals", "frames"}. The heap is {"cells": contents by number, "live": what was reached when
-- it was last collected}, null without any. p_heap: what it was; p_cells, p_touched: its cells now, and which of those in pages have changed. Objects
-- that nothing reaches are dropped, and the others renumbered, when they could be more than half: so endless loops do not leak, and collecting costs what
-- allocating did. Large state goes to pages.
create or replace function waymark._heap_close(p_heap jsonb, p_cells jsonb[], p_touched int[], p_locals jsonb, p_frames jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_state jsonb := jsonb_build_object('heap', p_heap, 'locals', p_locals, 'frames', p_frames);
  v_changed jsonb := jsonb '{}';
begin
  if array_upper(p_cells, 1) > 2 * coalesce((p_heap -> 'live')::int, 0) + 32 then
    v_state := waymark._heap_collect(p_heap, p_cells, p_locals, p_frames);
  elsif p_cells is not null then
    v_state := v_state || jsonb_build_object('heap', coalesce(p_heap, '{"live": 0}') || jsonb_build_object(
      'cells', to_jsonb(p_cells[coalesce((p_heap -> 'spilled')::int, 0) + 1 : array_upper(p_cells, 1)])));
    select coalesce(jsonb_object_agg(t.number, p_cells[t.number]), '{}') into v_changed
      from unnest(p_touched) t (number) where t.number <= (p_heap -> 'spilled')::int;
  end if;
  return case when not coalesce(v_state -> 'heap' ? 'store', false) and pg_column_size(v_state) <= 2000 then v_state
    else waymark._heap_spill(v_state, v_changed) end;
end
$$;

comment on function waymark._heap_close(jsonb, jsonb[], int[], jsonb, jsonb) is
  'The state of a task as it is kept between steps, without garbage.';
