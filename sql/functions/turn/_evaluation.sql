-- The arguments of waymark:evaluate: the expression of a node, those of the locals it names that are bound, and the objects of the heap that these reach.
create or replace function waymark._evaluation(p_node jsonb, p_locals jsonb, p_heap jsonb) returns jsonb
language plpgsql stable as $$
declare
  c_references constant jsonpath := jsonpath 'strict $.** ? (@."$".type() == "number")';
  v_expression jsonb := case p_node ->> 'kind' when 'branch' then jsonb_build_object('op', 'py.truth', 'args', jsonb_build_array(p_node -> 'test'))
                                               else p_node -> 'value' end;
  v_heap jsonb[] := case when p_heap is not null then waymark._heap_open(p_heap) end;
  v_locals jsonb;
  v_objects jsonb;
begin
  select coalesce(jsonb_object_agg(l.key, waymark._paged_whole(l.value)), '{}') into v_locals from jsonb_each(p_locals) l
   where l.value <> '{"$": "unbound"}' and l.key in (select n #>> '{}' from jsonb_path_query(v_expression, 'strict $.**.local', silent => true) n);
  with recursive reached (number, content) as (
    select (r.value -> '$')::int, waymark._heap_load(r.value, v_heap) from jsonb_path_query(v_locals, c_references, silent => true) as r (value)
    union
    select (r.value -> '$')::int, waymark._heap_load(r.value, v_heap)
      from reached, jsonb_path_query(reached.content, c_references, silent => true) as r (value)
  )
  select jsonb_object_agg(reached.number, reached.content) into v_objects from reached;
  return jsonb_build_object('expression', v_expression, 'locals', v_locals)
    || case when v_objects is null then '{}' else jsonb_build_object('objects', v_objects) end;
end
$$;
comment on function waymark._evaluation(jsonb, jsonb, jsonb) is 'The arguments with which an expression is left to CPython.';
