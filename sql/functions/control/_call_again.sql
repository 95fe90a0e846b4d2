-- The call that a retry makes again: that of a last attempt which had no result. Null where there is one, or where failures are results (settle).
create or replace function waymark._call_again(p_attempt waymark.action_attempts, p_kept waymark.failed_tasks) returns jsonb
language plpgsql stable as $$
declare
  v_node jsonb := (select p.ir #> array['nodes', p_attempt.node::text] from waymark.programs p where p.program_id = p_kept.program_id);
  v_program bigint;
begin
  if p_attempt.outcome = 'succeeded' or v_node -> 'settle' = 'true' then
    return null;
  end if;
  if jsonb_path_exists(v_node, '$.**.workflow ? (@ == $name)', jsonb_build_object('name', p_attempt.name)) then
    -- The newest program, if it has the parameters that the arguments were bound to, else that of the child, if it is not pruned.
    select coalesce(max(n.program_id), max(r.program_id)) into v_program
      from (select p_attempt.name as workflow) c
      left join waymark.runs r on r.parent_run = p_attempt.run_id and r.parent_action = p_attempt.action_id
      left join waymark.workflows w on w.workflow = c.workflow
      left join waymark.programs n on n.program_id = w.program_id
       and jsonb_path_query_array(n.parameters, '$[*].name') @> (select coalesce(jsonb_agg(k), '[]') from jsonb_object_keys(p_attempt.arguments) k)
       and jsonb_path_query_array(n.parameters, '$[*].name') <@ (select coalesce(jsonb_agg(k), '[]') from jsonb_object_keys(p_attempt.arguments) k);
    if v_program is null then
      perform waymark._refuse_state('retry', p_attempt.run_id, 'failed in a child run that is still there, or whose workflow still has its parameters');
    end if;
    return jsonb_build_object('workflow', p_attempt.name, 'args', p_attempt.arguments, 'program', v_program);
  end if;
  return jsonb_build_object('action', p_attempt.name, 'args', p_attempt.arguments) || coalesce((
    select jsonb_build_object('policy', f.policy) from waymark.failed_calls f
     where f.run_id = p_attempt.run_id and f.action_id = p_attempt.action_id), '{}');
end
$$;
comment on function waymark._call_again(waymark.action_attempts, waymark.failed_tasks) is 'The call that a retry makes again, or null.';
