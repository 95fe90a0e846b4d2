-- The same graph as rows, for psql and for pictures.
create or replace function waymark._store_graph(p_program_id bigint, p_ir jsonb) returns void
language plpgsql as $$
begin
  insert into waymark.program_nodes (program_id, node, function, kind, line, source)
  select p_program_id, n.ordinality - 1, f.value ->> 'name', n.value ->> 'kind', (n.value #> '{span,0}')::int,
         waymark._source_line(waymark._source_of(p_ir, f.ordinality::int - 1), (n.value #> '{span,0}')::int)
    from jsonb_array_elements(p_ir -> 'nodes') with ordinality n
    join jsonb_array_elements(p_ir -> 'functions') with ordinality f
      on n.ordinality - 1 between (f.value #> '{nodes,0}')::int and (f.value #> '{nodes,1}')::int;
  insert into waymark.program_signals (program_id, node, name, type)
  select p_program_id, (n.value -> 'id')::int, n.value #>> '{name,const}', nullif(n.value -> 'type', 'null')
    from jsonb_array_elements(p_ir -> 'nodes') n where n.value ->> 'kind' = 'signal';
  insert into waymark.program_edges (program_id, from_node, kind, to_node)
  select p_program_id, n.ordinality - 1, e.key, e.value::int
    from jsonb_array_elements(p_ir -> 'nodes') with ordinality n, jsonb_each_text(n.value) e
   where e.key in ('next', 'then', 'else', 'done', 'error');
end
$$;
comment on function waymark._store_graph(bigint, jsonb) is 'Stores the graph of a program as rows.';
