-- The arguments of waymark:evaluate: the expression of a node, and those of the locals it names that are bound, without references.
create or replace function waymark._evaluation(p_node jsonb, p_locals jsonb, p_heap jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_expression jsonb := case p_node ->> 'kind' when 'branch' then jsonb_build_object('op', 'py.truth', 'args', jsonb_build_array(p_node -> 'test'))
                                               else p_node -> 'value' end;
  v_heap jsonb[] := case when p_heap is not null then waymark._heap_open(p_heap) end;
begin
  return jsonb_build_object('expression', v_expression, 'locals', (
    select coalesce(jsonb_object_agg(l.key, case when p_heap is null then l.value else waymark._heap_pack(l.value, v_heap) end), '{}') from jsonb_each(p_locals) l
     where l.value <> '{"$": "unbound"}' and l.key in (select n #>> '{}' from jsonb_path_query(v_expression, 'strict $.**.local', silent => true) n)));
end
$$;
comment on function waymark._evaluation(jsonb, jsonb, jsonb) is 'The arguments with which an expression is left to CPython.';
