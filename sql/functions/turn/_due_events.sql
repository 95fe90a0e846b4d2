-- Takes due timers: actions that backed off become ready, tasks are answered locked, to be stepped. Locks: timers (skip locked), actions, tasks in key order:
-- the tasks and actions of a timer are touched by nobody else while it is pending.
create or replace function waymark._due_events(p_now timestamptz, p_limit int) returns waymark.task_event[]
language plpgsql as $$
declare
  v_due waymark.timers[];
  v_events waymark.task_event[];
begin
  with due as materialized (
    select t.*, t.ctid as row_id from waymark.timers t where t.due_at <= p_now order by t.due_at limit p_limit for update skip locked
  ), taken as (
    delete from waymark.timers t using due d where t.ctid = d.row_id
  )
  select array_agg(row(d.run_id, d.task_no, d.action_id, d.due_at)::waymark.timers) into v_due from due d;
  if v_due is null then
    return array[]::waymark.task_event[];
  end if;
  update waymark.actions a set state = 'ready'
    from unnest(v_due) d
   cross join lateral (
      select c.ctid as row_id from waymark.actions c where c.run_id = d.run_id and c.action_id = d.action_id and c.state = 'backoff' offset 0) c
   where d.action_id <> 0 and a.ctid = c.row_id;
  if found then
    perform waymark._wake_hungry();
  end if;
  with locked as materialized (
    select t.* from (select * from unnest(v_due) where action_id = 0 order by run_id, task_no) d
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w where w.run_id = d.run_id and w.task_no = d.task_no and w.state = 'timer'
           for no key update offset 0) t
  )
  select array_agg(row(l.row_id, l.run_id, l.task_no, l.program_id, l.priority, l.queue, l.started_at, l.step_no, l.pc, l.locals, l.frames,
                       true, 'null'::jsonb)::waymark.task_event)
    into v_events from locked l;
  return coalesce(v_events, '{}');
end
$$;
comment on function waymark._due_events(timestamptz, int) is 'Takes due timers; answers the tasks that they wake.';
