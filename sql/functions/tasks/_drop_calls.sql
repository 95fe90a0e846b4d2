-- The actions that cancelled tasks wait for (the tasks as they were) go to history, and what a worker still says about them is rejected; gathers are told.
-- Child runs are asked to cancel, and their end is waited for; one that was to be a task and has not begun never does. Locks: actions (skip locked: one that is being handed in is history already).
create or replace function waymark._drop_calls(p_tasks waymark.tasks[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_calls waymark.actions[];
  v_results waymark.action_result[];
  v_unbegun waymark.task_step[];
begin
  select array_agg(a.c) into v_calls
    from unnest(p_tasks) v
   cross join lateral (
      select c from waymark.actions c where c.run_id = v.run_id and c.task_no = v.task_no and c.step_no = v.step_no and c.name <> 'waymark:evaluate'
         for update skip locked offset 0) a
   where v.state in ('action', 'gather', 'settle');
  if v_calls is null then
    return;
  end if;
  perform waymark._tell_sessions(array(select c.session_id from unnest(v_calls) c));
  v_unbegun := array(
    select row(null, c.child_run, 0, 0, 0, null, null, 0, false, 0, '{}', '[]', null, 'raise',
               jsonb_build_object('node', b.pc, 'exception', waymark._cancelled_error()), null)::waymark.task_step
      from unnest(v_calls) c join unnest(p_tasks) v using (run_id, task_no)
     cross join lateral (
        select t.pc from waymark.tasks t where t.run_id = c.child_run and t.task_no = 0 and t.state = 'ready' and t.step_no = 0 and t.started_at is null
           for update skip locked offset 0) b
     where c.state = 'child' and (v.program_id = 0 or v.state <> 'action'));
  if cardinality(v_unbegun) > 0 then
    perform waymark._fail_runs(v_unbegun, p_now);
  end if;
  insert into waymark.timers (run_id, task_no, action_id, due_at)
  select c.child_run, 0, -1, p_now from unnest(v_calls) c
   where c.state = 'child' and not exists (select from unnest(v_unbegun) u where u.run_id = c.child_run)
     and not exists (select from waymark.timers m where m.run_id = c.child_run and m.task_no = 0 and m.action_id = -1);
  with removed as (
    delete from waymark.actions a
     using unnest(v_calls) v
     cross join lateral (select c.ctid as row_id from waymark.actions c where c.run_id = v.run_id and c.action_id = v.action_id offset 0) c
     where a.ctid = c.row_id and v.state <> 'child'
    returning a.*
  ), unscheduled as (
    delete from waymark.timers t
     using removed r
     cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = r.run_id and m.task_no = r.task_no and m.action_id = r.action_id offset 0) m
     where t.ctid = m.row_id
  ), freed as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select r.key_id, -1, -nextval('waymark.numbers'), p_now from removed r where r.key_id is not null and r.state in ('ready', 'running')
  ), recorded as (
    insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, value, ready_at,
                                         claimed_at, ended_at, session_id)
    select r.run_id, r.task_no, r.step_no, r.slot, r.attempt, r.action_id, r.node, r.name, r.arguments, 'cancelled', true, waymark._cancelled_error(),
           r.ready_at, r.claimed_at, p_now, r.session_id
      from removed r
  )
  select array_agg(row(r.run_id, r.task_no, r.step_no, r.slot, false, waymark._cancelled_error())::waymark.action_result) into v_results from removed r;
  if v_results is not null then
    perform waymark._wake_tasks(waymark._complete_joins(v_results), p_now);
  end if;
end
$$;
comment on function waymark._drop_calls(waymark.tasks[], timestamptz) is 'Drops or cancels what cancelled tasks wait for.';
