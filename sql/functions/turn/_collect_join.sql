-- The results of a complete join in the order of its branches, from history, where this turn has already appended them.
-- Volatile: it must see history as of now, not as of the statement that calls it.
create or replace function waymark._collect_join(p_run_id uuid, p_task_no int, p_step_no int) returns jsonb
language plpgsql volatile as $$
begin
  return (
    select jsonb_agg(b.value order by b.slot)
      from (select a.slot, a.value from waymark.action_attempts a
             where a.run_id = p_run_id and a.task_no = p_task_no and a.step_no = p_step_no and a.final
            union all
            select h.slot, h.value from waymark.task_history h
             where h.run_id = p_run_id and h.parent_no = p_task_no and h.parent_step = p_step_no) b);
end
$$;
comment on function waymark._collect_join(uuid, int, int) is 'The results of a complete join, in order.';
