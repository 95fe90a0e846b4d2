-- Steps that the engine refused (effect evaluate) become steps that wait for the action waymark:evaluate, which has CPython evaluate the expression of their
-- node. Refused in a node that cannot wait for a value, they fail. A worker lost by it is replaced four times: what kills a worker again and again
-- is the expression.
create or replace function waymark._request_evaluations(p_steps waymark.task_step[]) returns waymark.task_step[]
language plpgsql stable as $$
declare
  v_step waymark.task_step;
  v_node jsonb;
begin
  for i in 1..cardinality(p_steps) loop
    continue when p_steps[i].effect <> 'evaluate';
    v_step := p_steps[i];
    select p.ir #> array['nodes', v_step.pc::text] into v_node from waymark.programs p where p.program_id = v_step.program_id;
    if waymark._may_be_evaluated(v_node) then
      v_step.effect := 'action';
      v_step.pc := ~v_step.pc;
      v_step.payload := jsonb_build_object(
        'action', 'waymark:evaluate',
        'policy', '{"attempts": 5, "retry_on": []}'::jsonb,
        'args', waymark._evaluation(v_node, v_step.locals, v_step.heap));
    else
      v_step.effect := 'raise';
    end if;
    p_steps[i] := v_step;
  end loop;
  return p_steps;
end
$$;
comment on function waymark._request_evaluations(waymark.task_step[]) is 'Leaves to CPython what step functions have refused.';
