-- Ends runs: the task goes (that of a failed run is kept for waymark.retry), the run gets its result or error, who asked for it is notified, the run whose child
-- it is gets a timer, which is due. What a failed gather has left outstanding is abandoned. Locks: actions (skip locked), tasks, timers, runs in key order. What is
-- locked is written by a later statement, which sees the rows where others have left them.
create or replace function waymark._finish_runs(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_ended waymark.task_step[] := array(
    select row(s.*)::waymark.task_step from unnest(p_steps) s where s.effect in ('return', 'raise') and s.shared is not true order by s.run_id);
  v_waiter text;
begin
  perform waymark._abandon_calls(v_ended, p_now);
  if exists (select from unnest(v_ended) s where s.effect = 'raise') then
    perform waymark._keep_failed(v_ended);
  end if;
  delete from waymark.tasks t using unnest(v_ended) s where t.ctid = s.row_id;
  -- From here on the place of a step is that of its run.
  v_ended := array(
    select row(l.row_id, s.run_id, s.task_no, s.program_id, s.priority, s.queue, s.started_at, s.step_no, s.shared, s.pc, s.locals,
               s.frames, s.heap, s.effect, s.payload, null)::waymark.task_step
      from unnest(v_ended) s
     cross join lateral (
        select r.ctid as row_id from waymark.runs r where r.run_id = s.run_id and r.state = 'live' for no key update offset 0) l);
  for v_waiter in
    with ended as (
      update waymark.runs r
         set state = case s.effect when 'return' then 'succeeded' else waymark._failed_state(s.payload) end,
             result = case s.effect when 'return' then s.payload end,
             error = case s.effect when 'raise' then waymark._describe_failure(s.program_id, s.payload) end,
             started_at = coalesce(s.started_at, p_now), ended_at = p_now
        from unnest(v_ended) s where r.ctid = s.row_id
      returning r.run_id, r.waiters, r.parent_run, r.parent_action, r.deadline
    ), told as (
      insert into waymark.timers (run_id, task_no, action_id, due_at)
      select e.parent_run, 0, e.parent_action, p_now from ended e where e.parent_run is not null
    ), undue as (
      delete from waymark.timers t using ended e
       cross join lateral (
          select m.ctid as row_id from waymark.timers m
           where e.deadline is not null and m.run_id = e.run_id and m.task_no = 0 and m.action_id = -3 for update skip locked offset 0) m
       where t.ctid = m.row_id
    )
    select distinct unnest(e.waiters) from ended e where e.waiters is not null
  loop
    perform pg_notify('waymark_done_' || v_waiter, '');
  end loop;
end
$$;
comment on function waymark._finish_runs(waymark.task_step[], timestamptz) is 'Ends runs that returned or raised.';
