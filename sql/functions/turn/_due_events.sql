-- Takes due timers: actions that backed off become ready, tasks are answered locked, to be stepped. Locks: timers (skip locked), actions, tasks in key order:
-- the tasks and actions of a timer are touched by nobody else while it is pending.
create function waymark._due_events(p_now timestamptz, p_limit int) returns waymark.task_event[]
language plpgsql as $$
declare
  v_due waymark.timers[];
  v_events waymark.task_event[];
begin
  with due as materialized (
    select t.* from waymark.timers t where t.due_at <= p_now order by t.due_at limit p_limit for update skip locked
  ), taken as (
    delete from waymark.timers t using due d where t.run_id = d.run_id and t.task_no = d.task_no and t.action_id = d.action_id
  )
  select array_agg(row(d.*)::waymark.timers) into v_due from due d;
  if v_due is null then
    return '{}';
  end if;
  update waymark.actions a set state = 'ready'
    from unnest(v_due) d where d.action_id <> 0 and a.run_id = d.run_id and a.action_id = d.action_id and a.state = 'backoff';
  if found then
    perform waymark._wake_hungry();
  end if;
  with locked as materialized (
    select t.* from (select * from unnest(v_due) where action_id = 0 order by run_id, task_no) d
     cross join lateral (
        select * from waymark.tasks w where w.run_id = d.run_id and w.task_no = d.task_no and w.state = 'timer'
           for no key update offset 0) t
  )
  select array_agg(row(l.run_id, l.task_no, l.program_id, l.priority, l.queue, l.started_at, l.step_no, l.pc, l.locals, l.frames,
                       true, 'null'::jsonb)::waymark.task_event)
    into v_events from locked l;
  return coalesce(v_events, '{}');
end
$$;
comment on function waymark._due_events(timestamptz, int) is 'Takes due timers; answers the tasks that they wake.';
