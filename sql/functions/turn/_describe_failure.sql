-- The error of a run: the exception, the place in the source, and if it is that of an action which was tried again, how often it was (_attempt_failure).
create or replace function waymark._describe_failure(p_program_id bigint, p_payload jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_attributes jsonb := p_payload #> '{exception,attrs}';
begin
  return (
    select p_payload || jsonb_build_object('function', n.function, 'line', n.line, 'source', n.source, 'file', s.source -> 'file',
                                           'module', s.source -> 'module')
           || jsonb_strip_nulls(jsonb_build_object('attempts', coalesce(v_attributes #> '{__waymark_attempts__,-1,attempt}',
                case when p_payload #>> '{exception,type}' = 'waymark.errors:ExhaustedRetries' then v_attributes #> '{attempts,-1,attempt}' end)))
      from waymark.program_nodes n join waymark.programs p using (program_id)
      cross join lateral (
        select waymark._source_of(p.ir, f.ordinality::int - 1)
          from jsonb_array_elements(p.ir -> 'functions') with ordinality f
         where n.node between (f.value #> '{nodes,0}')::int and (f.value #> '{nodes,1}')::int) s(source)
     where n.program_id = p_program_id and n.node = (p_payload ->> 'node')::int);
end
$$;
comment on function waymark._describe_failure(bigint, jsonb) is 'A run''s error: exception, node, line and source.';
