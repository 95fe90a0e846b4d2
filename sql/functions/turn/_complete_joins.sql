-- Counts results down from the tasks that wait for them: one decrement a join and batch, never one a result. Answers the tasks whose join is
-- complete, locked, with what the body will see; those of a paused run become ready instead, which nobody steps. Results of a join that the task has left (a gather that failed early) change nothing.
-- Locks: tasks in key order; before another task, that of the run's body. What was locked is written by the next statement: a row that another session changed while this one waited for it has a
-- new place, which only a statement that begins after the lock is held can see.
create or replace function waymark._complete_joins(p_results waymark.action_result[]) returns waymark.task_event[]
language plpgsql as $$
declare
  v_events waymark.task_event[];
  v_event waymark.task_event;
  v_rows tid[];
  v_ended int[];
  v_paused tid[];
begin
  with joined as (
    select r.run_id, r.task_no, r.step_no, count(*)::int as ended, bool_and(r.ok) as ok,
           (array_agg(r.value order by r.ok, r.slot))[1] as value
      from unnest(p_results) r group by 1, 2, 3
     union all
    select r.run_id, 0, null, 0, true, null from unnest(p_results) r where r.task_no > 0 group by 1
     order by 1, 2, 3
  ), locked as materialized (
    select t.*, j.ended, j.ok, j.value,
           t.pending = j.ended or t.state = 'gather' and not j.ok as complete,
           coalesce(t.waits_for ? 'cancelled', false) as cancelled
      from joined j
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w
         where w.run_id = j.run_id and w.task_no = j.task_no
           and (j.step_no is null or w.step_no = j.step_no and w.state in ('action', 'gather', 'settle'))
           for no key update offset 0) t
  )
  select array_agg(row(l.row_id, l.run_id, l.task_no, l.program_id, l.priority, l.queue, l.started_at, l.step_no, l.shared,
                       l.pc, l.locals, l.frames, l.heap, (l.ok or l.state = 'settle') and not l.cancelled,
                       case when l.cancelled then waymark._cancelled_error()
                            when l.state = 'action' or l.state = 'gather' and not l.ok then l.value end)::waymark.task_event)
           filter (where l.complete),
         array_agg(l.row_id) filter (where not l.complete), array_agg(l.ended) filter (where not l.complete),
         array_agg(l.row_id) filter (where l.complete and l.paused)
    into v_events, v_rows, v_ended, v_paused
    from locked l where l.ended > 0;
  if v_rows is not null then
    update waymark.tasks t set pending = t.pending - c.ended
      from unnest(v_rows, v_ended) c(row_id, ended) where t.ctid = c.row_id;
  end if;
  -- Only a statement that begins after the lock is held sees what another session, which we may have waited for, has appended to history.
  for i in 1..coalesce(cardinality(v_events), 0) loop
    if v_events[i].value is null then
      v_event := v_events[i];
      v_event.value := waymark._collect_join(v_event.run_id, v_event.task_no, v_event.step_no);
      v_events[i] := v_event;
    end if;
  end loop;
  if v_paused is not null then
    perform waymark._wake_tasks(array(select e from unnest(v_events) e where e.row_id = any (v_paused)), waymark._now());
    v_events := array(select e from unnest(v_events) e where e.row_id <> all (v_paused));
  end if;
  return coalesce(v_events, '{}');
end
$$;
comment on function waymark._complete_joins(waymark.action_result[]) is 'Counts results down from their joins; answers the tasks that can go on.';
