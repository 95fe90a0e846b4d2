-- The value of an expression that made objects: {"value": the value with references, "cells": the contents of the new cells, from p_top + 1 on}.
-- An object that stands in several places is one: it has the same id everywhere.
create or replace function waymark._heap_settle(p_value jsonb, p_top int) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_cells jsonb;
  v_numbers jsonb;
begin
  select jsonb_object_agg(fresh.id, p_top + fresh.number), jsonb_agg(fresh.content order by fresh.number)
    into v_numbers, v_cells
  from (
    select found.object ->> 'id', (array_agg(found.object -> 'v'))[1], row_number() over (order by min(found.position))
    from jsonb_path_query(p_value, 'strict $.** ? (@."$" == "new")', silent => true) with ordinality as found (object, position)
    group by found.object ->> 'id'
  ) as fresh (id, content, number);
  if v_numbers is null then
    return jsonb_build_object('value', p_value, 'cells', '[]'::jsonb);
  end if;
  return jsonb_build_object(
    'value', waymark._heap_replace(p_value, v_numbers),
    'cells', (
      select jsonb_agg(waymark._heap_replace(cell.content, v_numbers) order by cell.position)
      from jsonb_array_elements(v_cells) with ordinality as cell (content, position)));
end
$$;

comment on function waymark._heap_settle(jsonb, int) is
  'The value of an expression with references for the objects it made, and the contents of their cells.';
