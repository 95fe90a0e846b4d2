-- Puts the body of a failed run back: waiting for the calls in the payload that are to be made again, or for the signal, or ready with what it had waited for. The new
-- wait has a number of its own, behind all that the run has used; the results that are there are counted to it. The time of a wait for a signal begins anew.
create or replace function waymark._revive(p_step waymark.task_step, p_kept waymark.failed_tasks, p_now timestamptz) returns void
language plpgsql as $$
declare
  v_kind text := (select n.kind from waymark.program_nodes n where n.program_id = p_kept.program_id and n.node = ~p_kept.pc);
  v_calls int := (select count(*) from jsonb_array_elements(p_step.payload -> 'branches') b where b.value <> 'null');
  v_results jsonb;
  v_wake jsonb;
begin
  if v_kind = 'signal' then
    v_wake := p_kept.wake;
  elsif p_kept.pc < 0 and v_calls = 0 then
    v_results := waymark._collect_join(p_kept.run_id, 0, p_kept.step_no);
    v_wake := jsonb_build_object('ok', true, 'value', case v_kind when 'fork' then coalesce(v_results, '[]') else v_results -> 0 end);
  end if;
  p_step.step_no := greatest(p_kept.step_no, (select max(a.step_no) from waymark.action_attempts a where a.run_id = p_kept.run_id and a.task_no = 0));
  insert into waymark.tasks (run_id, program_id, priority, queue, state, step_no, pending, pc, locals, frames, heap, ready_at, started_at, shared, wake,
                             waits_for, ticket)
  values (p_kept.run_id, p_kept.program_id, p_step.priority, p_step.queue,
          case when p_kept.waits_for is not null then 'signal' when v_calls = 0 then 'ready' when v_kind = 'fork' then 'gather' else 'action' end,
          p_step.step_no + 1, v_calls, p_kept.pc, p_kept.locals, p_kept.frames, p_kept.heap, p_now, p_step.started_at, true, v_wake,
          p_kept.waits_for, case when p_kept.waits_for is not null then nextval('waymark.numbers') end);
  if v_calls > 0 then
    update waymark.action_attempts set step_no = p_step.step_no + 1
     where run_id = p_kept.run_id and task_no = 0 and step_no = p_kept.step_no and outcome = 'succeeded';
    perform waymark._create_actions(null, '{}', null, 0, array[p_step], p_now);
    perform waymark._start_children(array[p_step], p_now);
  elsif p_kept.waits_for is not null then
    insert into waymark.timers (run_id, task_no, due_at)
    select p_kept.run_id, 0, p_now + (p_kept.waits_for ->> 'seconds')::double precision * interval '1 second' where p_kept.waits_for ? 'seconds';
    perform waymark._deliver_signals(array[row(p_kept.run_id, p_kept.waits_for ->> 'signal')::waymark.signal_key], p_now);
  end if;
end
$$;
comment on function waymark._revive(waymark.task_step, waymark.failed_tasks, timestamptz) is 'Puts the body of a failed run back.';
