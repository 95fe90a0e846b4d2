-- The state of a task with what is large in pages: the contents of large objects under the number of the object, objects that have been there for a
-- while under 0 (eight a page, by their number), large variables under negative numbers ("next" is the one before the next; "held" are those in use).
-- p_changed: the contents that have changed of objects under 0. "pages" and "void" are what waymark._write_pages takes out.
create or replace function waymark._heap_spill(p_state jsonb, p_changed jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_heap jsonb := nullif(p_state -> 'heap', 'null');
  v_store bigint := coalesce((v_heap -> 'store')::bigint, nextval('waymark.stores'));
  v_spilled int := coalesce((v_heap -> 'spilled')::int, 0);
  v_pages jsonb := jsonb '[]';
  v_void jsonb := coalesce(v_heap -> 'void', '[]');
  v_cells jsonb := jsonb '{}';
  v_part record;
  v_variables jsonb := jsonb_build_array(p_state -> 'locals');
  v_next int := coalesce((v_heap -> 'next')::int, 0);
  v_held jsonb;
begin
  for v_part in
    select c.number, waymark._pages_split(c.content, v_store, c.number) as split
      from (select n.key::int, n.value from jsonb_each(p_changed) n
            union all
            select v_spilled + r.position::int, r.value from jsonb_array_elements(v_heap -> 'cells') with ordinality r (value, position)) c (number, content)
  loop
    v_cells := v_cells || jsonb_build_object(v_part.number, v_part.split -> 'value');
    v_pages := v_pages || coalesce(v_part.split -> 'pages', '[]');
    v_void := v_void || coalesce(v_part.split -> 'void', '[]');
  end loop;
  if v_heap ? 'cells' then
    select v_heap || jsonb_build_object('cells', coalesce(jsonb_agg(c.value order by c.key::int), '[]')) into v_heap
      from jsonb_each(v_cells) c where c.key::int > v_spilled;
    if pg_column_size(v_heap -> 'cells') > 1000 then
      v_spilled := v_spilled + jsonb_array_length(v_heap -> 'cells');
      v_heap := v_heap || '{"cells": []}';
    end if;
    v_pages := v_pages || coalesce((
      select jsonb_agg(jsonb_build_array(0, c.page, coalesce(case when not v_void @> '0' then (
               select p.content from waymark.pages p where p.store_id = v_store and p.value_no = 0 and p.page_no = c.page) end, '{}') || c.content))
        from (select n.key::int / 8, jsonb_object_agg(n.key, n.value) from jsonb_each(v_cells) n where n.key::int <= v_spilled group by 1) c (page, content)), '[]');
  end if;
  v_variables := v_variables || jsonb_path_query_array(p_state, '$.frames[*].locals');
  for v_function in 0..jsonb_array_length(v_variables) - 1 loop
    v_held := waymark._frame_split(v_variables -> v_function, v_store, v_next);
    v_next := v_next - case when v_held -> 'pages' = '[]' then 0 else 1000 end;
    v_variables := jsonb_set(v_variables, array[v_function::text], v_held -> 'value');
    v_pages := v_pages || (v_held -> 'pages');
    v_void := v_void || (v_held -> 'void');
  end loop;
  select coalesce(jsonb_agg(distinct n), '[]') into v_held from jsonb_path_query(v_variables, 'strict $.** ? (@."$" == "paged").at[1]', silent => true) n;
  v_void := v_void || coalesce((select jsonb_agg(h) from jsonb_array_elements(v_heap -> 'held') h where not v_held @> h), '[]');
  if v_spilled = 0 and v_pages = '[]' and not v_heap ? 'store' then
    return p_state;
  end if;
  return jsonb_build_object(
    'heap', coalesce(v_heap, '{}') || jsonb_build_object(
      'store', v_store, 'spilled', v_spilled, 'next', v_next, 'held', v_held, 'pages', v_pages, 'void', v_void),
    'locals', v_variables -> 0,
    'frames', coalesce((
      select jsonb_agg(frame.value || jsonb_build_object('locals', v_variables -> frame.position::int) order by frame.position)
        from jsonb_array_elements(p_state -> 'frames') with ordinality as frame (value, position)), '[]'));
end
$$;

comment on function waymark._heap_spill(jsonb, jsonb) is
  'The state of a task with what is large in pages.';
