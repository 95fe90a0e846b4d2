-- Keeps the bodies of failed runs as they stood at their last await, for waymark.retry. The caller deletes them from waymark.tasks.
create or replace function waymark._keep_failed(p_steps waymark.task_step[]) returns void
language plpgsql as $$
begin
  insert into waymark.failed_tasks (run_id, program_id, step_no, pc, locals, frames, heap)
  select t.run_id, t.program_id, t.step_no, t.pc, t.locals, t.frames, t.heap
    from unnest(p_steps) s join waymark.tasks t on t.ctid = s.row_id
   where s.effect = 'raise' and waymark._failed_state(s.payload) = 'failed';
end
$$;
comment on function waymark._keep_failed(waymark.task_step[]) is 'Keeps the bodies of failed runs for a retry.';
