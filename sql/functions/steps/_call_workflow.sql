-- A call of a workflow: its newest program, and its arguments bound as CPython binds them. SQLSTATEs: WM501 (TypeError, UnknownWorkflow).
create or replace function waymark._call_workflow(p_workflow text, p_arguments jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_program waymark.programs;
  v_bound jsonb;
  v_missing text[];
  v_unexpected text;
  v_message text;
begin
  select p.* into v_program from waymark.workflows w join waymark.programs p using (program_id) where w.workflow = p_workflow;
  if not found then
    v_message := format('there is no workflow "%s": register it, or start a worker that has it', p_workflow);
    perform waymark._raise_value(jsonb_build_object('$', 'exception', 'type', 'waymark.errors:UnknownWorkflow',
      'args', jsonb_build_array(v_message), 'message', v_message,
      'mro', '["waymark.errors:UnknownWorkflow", "waymark.errors:WaymarkError", "LookupError", "Exception", "BaseException", "object"]'::jsonb));
  end if;
  select coalesce(jsonb_object_agg(p ->> 'name', p -> 'default') filter (where p ? 'default'), '{}') || p_arguments,
         array_agg(quote_literal(p ->> 'name')) filter (where not p ? 'default' and not p_arguments ? (p ->> 'name'))
    into v_bound, v_missing from jsonb_array_elements(v_program.parameters) p;
  select k into v_unexpected from jsonb_object_keys(p_arguments) k
   where not exists (select from jsonb_array_elements(v_program.parameters) p where p ->> 'name' = k) limit 1;
  if v_unexpected is not null then
    perform waymark._raise_python('TypeError', format('%s.run() got an unexpected keyword argument ''%s''', p_workflow, v_unexpected));
  elsif v_missing is not null then
    perform waymark._raise_python('TypeError', format('%s.run() missing %s required positional argument%s: %s', p_workflow, cardinality(v_missing),
      case when cardinality(v_missing) > 1 then 's' else '' end, case cardinality(v_missing) when 1 then v_missing[1]
        when 2 then array_to_string(v_missing, ' and ')
        else array_to_string(trim_array(v_missing, 1), ', ') || ', and ' || v_missing[cardinality(v_missing)] end));
  end if;
  return jsonb_build_object('workflow', p_workflow, 'program', v_program.program_id, 'args', v_bound);
end
$$;
comment on function waymark._call_workflow(text, jsonb) is 'A call of the newest program of a workflow, its arguments bound.';
