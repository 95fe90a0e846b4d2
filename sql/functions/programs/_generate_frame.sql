-- What surrounds the blocks of a step function: loading and saving of variables, the loops, the routing of exceptions.
create or replace function waymark._generate_frame(p_ir jsonb, p_variables jsonb[], p_blocks text) returns text
language plpgsql stable as $$
declare
  v_load text := '';
  v_save text := '';
  v_handlers text;
  v_lazy int[];
  v_function jsonb;
  v_index int;
  v_heap boolean := waymark._uses_heap(p_ir);
begin
  for v_function, v_index in select f.value, f.ordinality from jsonb_array_elements(p_ir -> 'functions') with ordinality f loop
    v_load := v_load || format(E'      %s v_node between %s and %s then -- %s\n%s', case v_index when 1 then 'if' else 'elsif' end,
      v_function #> '{nodes,0}', v_function #> '{nodes,1}', v_function ->> 'name',
      coalesce((select string_agg(format(E'        %I := nullif(locals -> %L, c_unbound);\n', v.value #>> '{}', v.key), '' order by v.value #>> '{}')
                  from jsonb_each(p_variables[v_index]) v), E'        null;\n'));
    v_save := v_save || format(E'        %s pc between %s and %s then locals := %s;\n', case v_index when 1 then 'if' else 'elsif' end,
      v_function #> '{nodes,0}', v_function #> '{nodes,1}', waymark._generate_save(p_variables[v_index], true));
  end loop;
  select string_agg(format(' when %s then %s', n ->> 'id', n ->> 'error'), '') into v_handlers
    from jsonb_array_elements(p_ir -> 'nodes') n where n ? 'error';
  select coalesce(array_agg((n -> 'id')::int), '{}') into v_lazy from jsonb_array_elements(p_ir -> 'nodes') n
   where jsonb_path_exists(n, 'strict $.** ? (@.op == "py.generator")', '{}', true);
  return format(waymark._step_template(), v_load, replace(v_save, E'\n        ', E'\n          '),
    coalesce('case v_node' || v_handlers || ' end', 'null'), p_blocks, v_lazy,
    E'  v_paged constant boolean := coalesce(p_heap ? ''store'', false);\n' ||
    case when v_heap then E'  v_heap jsonb[] := waymark._heap_open(p_heap);\n  v_touched int[] := array[]::int[];\n' else '' end,
    waymark._generate_ending(v_heap));
end
$$;
comment on function waymark._generate_frame(jsonb, jsonb[], text) is 'The loops, loading, saving and exception routing of a step function.';
