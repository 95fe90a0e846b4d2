-- Ends runs: the task goes, the run gets its result or error, who asked for it is notified, the run whose child it is gets a timer, which is due. What a
-- failed gather has left outstanding is abandoned: waiting actions go to history, running ones will be rejected, child runs are cancelled, or terminated where their parent was not asked either. Locks: actions (skip locked: a result that is being
-- handed in right now goes to history by itself), timers, tasks, runs in key order. What is locked is written by a later statement, which sees the
-- rows where others have left them.
create or replace function waymark._finish_runs(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_ended waymark.task_step[] := array(
    select row(s.*)::waymark.task_step from unnest(p_steps) s where s.effect in ('return', 'raise') and s.shared is not true order by s.run_id);
  v_leftovers tid[];
  v_sessions bigint[];
  v_waiter text;
begin
  select array_agg(a.row_id), array_agg(a.session_id) into v_leftovers, v_sessions
    from unnest(v_ended) s
   cross join lateral (
      select c.ctid as row_id, c.session_id from waymark.actions c where c.run_id = s.run_id for update skip locked offset 0) a;
  if v_leftovers is not null then
    with removed as (
      delete from waymark.actions a using unnest(v_leftovers) l(row_id) where a.ctid = l.row_id returning a.*
    ), unscheduled as (
      delete from waymark.timers t
       using removed l
       cross join lateral (
          select m.ctid as row_id from waymark.timers m where m.run_id = l.run_id and m.task_no = l.task_no and m.action_id = l.action_id offset 0) m
       where t.ctid = m.row_id
    ), orphaned as (
      insert into waymark.timers (run_id, task_no, action_id, due_at)
      select l.child_run, 0, case when s.effect = 'raise' and s.payload ?| '{terminated,overdue}' then -2 else -1 end, p_now
        from removed l join unnest(v_ended) s on s.run_id = l.run_id where l.child_run is not null
      on conflict do nothing
    )
    insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, ready_at,
                                         claimed_at, ended_at, session_id)
    select l.run_id, l.task_no, l.step_no, l.slot, l.attempt, l.action_id, l.node, l.name, l.arguments, 'abandoned', true, l.ready_at,
           l.claimed_at, p_now, l.session_id
      from removed l;
    perform waymark._tell_sessions(v_sessions);
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
