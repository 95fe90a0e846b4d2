-- Cancels tasks as task.cancel() does. What happens to one depends on where it is:
--   not begun                                  it never runs
--   in the middle of its code (it yielded, or CPython evaluates something for it)   the request waits for its next suspension
--   waiting for a gather, a linked wait or a child   these are cancelled instead, and the task goes on when they have ended
--   waiting for anything else                  CancelledError there; what it waited for is dropped
-- p_request: count it as a request (asyncio's task.cancelling()). The caller has the bodies of the runs locked.
create or replace function waymark._cancel_tasks(p_keys waymark.task_key[], p_request boolean, p_now timestamptz) returns void
language plpgsql as $$
declare
  v_keys waymark.task_key[] := p_keys;
  v_tasks waymark.tasks[];
begin
  while cardinality(v_keys) > 0 loop
    v_tasks := array(
      select t.w from (select distinct k.run_id, k.task_no from unnest(v_keys) k) k
       cross join lateral (
          select w from waymark.tasks w where w.run_id = k.run_id and w.task_no = k.task_no and w.state <> 'closing' for no key update offset 0) t);
    exit when cardinality(v_tasks) = 0;
    update waymark.tasks t
       set cancels = coalesce(t.cancels, 0) + p_request::int, shared = true,
           wake = case when t.state = 'ready' and t.pc >= 0 or waymark._is_evaluating(t.run_id, t.task_no, t.step_no, t.state) then '{"cancel": true}'
                       when t.state <> 'ready' then t.wake - 'cancel' else t.wake end,
           waits_for = case when t.state in ('gather', 'settle') then '{"cancelled": true}' else t.waits_for end
      from unnest(v_tasks) v
     cross join lateral (select w.ctid as row_id from waymark.tasks w where w.run_id = v.run_id and w.task_no = v.task_no offset 0) w
     where t.ctid = w.row_id;
    perform waymark._interrupt_tasks(v_tasks, p_now);
    perform waymark._drop_calls(v_tasks, p_now);
    perform waymark._end_tasks(array(
      select row(v.run_id, v.task_no, 'cancelled', waymark._cancelled_error())::waymark.task_end
        from unnest(v_tasks) v where v.state = 'ready' and v.step_no = 0 and v.task_no > 0 and v.started_at is null), p_now);
    -- On to the branches of their gathers, and the tasks of their linked waits.
    v_keys := array(
      select row(v.run_id, b.task_no)::waymark.task_key
        from unnest(v_tasks) v
       cross join lateral (
          select t.task_no from waymark.tasks t
           where t.run_id = v.run_id and t.task_no > 0 and t.parent_no = v.task_no and t.parent_step = v.step_no and v.state in ('gather', 'settle')
          union all
          select n.value::int from jsonb_array_elements(v.waits_for -> 'tasks') n where v.waits_for -> 'linked' = 'true') b);
    p_request := true;
  end loop;
end
$$;
comment on function waymark._cancel_tasks(waymark.task_key[], boolean, timestamptz) is 'Cancels tasks as task.cancel() does.';
