-- The error of a run: the exception and the place in the source.
create or replace function waymark._describe_failure(p_program_id bigint, p_payload jsonb) returns jsonb
language plpgsql stable as $$
begin
  return (
    select p_payload || jsonb_build_object('function', n.function, 'line', n.line, 'source', n.source, 'file', p.ir #> '{source,file}',
                                           'module', p.ir #> '{source,module}')
      from waymark.program_nodes n join waymark.programs p using (program_id)
     where n.program_id = p_program_id and n.node = (p_payload ->> 'node')::int);
end
$$;
comment on function waymark._describe_failure(bigint, jsonb) is 'A run''s error: exception, node, line and source.';
