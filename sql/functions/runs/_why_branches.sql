-- How many branches of a gather are outstanding, and how the first of them stands that is an action or a child run.
create or replace function waymark._why_branches(p_task waymark.tasks) returns text
language plpgsql stable as $$
declare
  v_ended bigint;
begin
  select (select count(*) from waymark.action_attempts h
           where h.run_id = p_task.run_id and h.task_no = p_task.task_no and h.step_no = p_task.step_no and h.final)
       + (select count(*) from waymark.task_history h
           where h.run_id = p_task.run_id and h.parent_no = p_task.task_no and h.parent_step = p_task.step_no)
    into v_ended;
  return format('%s of %s branches', p_task.pending, p_task.pending + v_ended)
    || coalesce(', among them ' || waymark._why_action(p_task.run_id, p_task.step_no), '');
end
$$;
comment on function waymark._why_branches(waymark.tasks) is 'How many branches of a gather are outstanding.';
