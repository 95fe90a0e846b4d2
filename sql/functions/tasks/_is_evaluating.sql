-- Whether a task waits for CPython in the middle of its code, where nothing can be raised.
create or replace function waymark._is_evaluating(p_run_id uuid, p_task_no int, p_step_no int, p_state text) returns boolean
language plpgsql volatile as $$
begin
  return p_state = 'action' and exists (
    select from waymark.actions a where a.run_id = p_run_id and a.task_no = p_task_no and a.step_no = p_step_no and a.name = 'waymark:evaluate');
end
$$;
comment on function waymark._is_evaluating(uuid, int, int, text) is 'Whether a task waits for an evaluation by CPython.';
