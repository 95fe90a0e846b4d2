-- Keeps the bodies of failed runs as they stood at their last await, for waymark.retry, unless there was more to the run (shared is not null). The caller deletes them
-- from waymark.tasks. wake: the signal that they had; waits_for: the one that they waited for.
create or replace function waymark._keep_failed(p_steps waymark.task_step[]) returns void
language plpgsql as $$
begin
  insert into waymark.failed_tasks (run_id, program_id, step_no, pc, locals, frames, heap, wake, waits_for)
  select t.run_id, t.program_id, t.step_no, t.pc, t.locals, t.frames, t.heap, t.wake, case t.state when 'signal' then t.waits_for end
    from unnest(p_steps) s join waymark.tasks t on t.ctid = s.row_id
   where s.effect = 'raise' and s.shared is null and waymark._failed_state(s.payload) = 'failed';
end
$$;
comment on function waymark._keep_failed(waymark.task_step[]) is 'Keeps the bodies of failed runs for a retry.';
