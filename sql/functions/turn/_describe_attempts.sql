-- What an action that has failed for good tells of its attempts: the last 20, in order. p_outcome, p_value: of the last one, which is not history yet.
create or replace function waymark._describe_attempts(p_action waymark.actions, p_outcome text, p_value jsonb) returns jsonb
language plpgsql stable as $$
begin
  return (
    select jsonb_agg(jsonb_build_object('attempt', b.attempt, 'outcome', b.outcome,
                                        'message', left(format('%s: %s', split_part(b.value ->> 'type', ':', -1), b.value ->> 'message'), 200))
                     order by b.attempt)
      from (select h.attempt, h.outcome, h.value from waymark.action_attempts h
             where h.run_id = p_action.run_id and h.task_no = p_action.task_no and h.step_no = p_action.step_no and h.slot = p_action.slot
               and h.attempt between p_action.attempt - 19 and p_action.attempt - 1
            union all
            select p_action.attempt, p_outcome, p_value) b);
end
$$;
comment on function waymark._describe_attempts(waymark.actions, text, jsonb) is 'The attempts of an action, for who gets its failure.';
