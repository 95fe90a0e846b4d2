-- The call that a retry makes again: that of a last attempt which had no result. Null where there is one, or where failures are results (settle).
create or replace function waymark._call_again(p_attempt waymark.action_attempts, p_kept waymark.failed_tasks) returns jsonb
language plpgsql stable as $$
declare
  v_child waymark.runs;
begin
  if p_attempt.outcome = 'succeeded' or (
       select p.ir #> array['nodes', p_attempt.node::text, 'settle'] from waymark.programs p where p.program_id = p_kept.program_id) = 'true' then
    return null;
  end if;
  select * into v_child from waymark.runs r where r.parent_run = p_attempt.run_id and r.parent_action = p_attempt.action_id;
  if found then
    -- The newest program, if it has the parameters that the arguments were bound to.
    return jsonb_build_object('workflow', v_child.workflow, 'args', p_attempt.arguments, 'program', coalesce((
      select n.program_id from waymark.workflows w join waymark.programs n using (program_id), waymark.programs o
       where w.workflow = v_child.workflow and o.program_id = v_child.program_id and o.parameters = n.parameters), v_child.program_id));
  end if;
  return jsonb_build_object('action', p_attempt.name, 'args', p_attempt.arguments) || coalesce((
    select jsonb_build_object('policy', f.policy) from waymark.failed_calls f
     where f.run_id = p_attempt.run_id and f.action_id = p_attempt.action_id), '{}');
end
$$;
comment on function waymark._call_again(waymark.action_attempts, waymark.failed_tasks) is 'The call that a retry makes again, or null.';
