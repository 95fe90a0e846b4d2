-- Claims ready tasks of runs that have several, in priority order, and answers those of a run in the order in which they were made. Each belongs to the
-- session that has its run: a task is locked only when the run's body is. Locks: tasks (skip locked), the body first.
create or replace function waymark._ready_branches(p_limit int) returns waymark.task_event[]
language plpgsql as $$
declare
  v_keys waymark.task_key[] := array(
    select row(t.run_id, t.task_no)::waymark.task_key from waymark.tasks t where t.state = 'ready' and t.task_no > 0 and t.paused is null
     order by (t.ready_at at time zone 'UTC') + t.priority * interval '1 minute', t.task_no limit p_limit);
  v_runs uuid[];
  v_events waymark.task_event[];
begin
  if cardinality(v_keys) = 0 then
    return array[]::waymark.task_event[];
  end if;
  v_runs := array(
    select b.run_id from (select distinct k.run_id from unnest(v_keys) k) r
     cross join lateral (
        select t.run_id from waymark.tasks t where t.run_id = r.run_id and t.task_no = 0 for no key update skip locked offset 0) b);
  with claimed as materialized (
    select t.* from (select k.* from unnest(v_runs) r(run_id) join unnest(v_keys) k using (run_id) order by k.run_id, k.task_no) k
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w where w.run_id = k.run_id and w.task_no = k.task_no and w.state = 'ready' and w.paused is null
           for no key update offset 0) t
  )
  select array_agg(row(c.row_id, c.run_id, c.task_no, c.program_id, c.priority, c.queue, c.started_at, c.step_no, true, c.pc, c.locals, c.frames, c.heap,
                       coalesce((c.wake -> 'ok')::boolean, true), coalesce(c.wake -> 'value', 'null'))::waymark.task_event)
    into v_events from claimed c;
  return coalesce(v_events, '{}');
end
$$;
comment on function waymark._ready_branches(int) is 'Claims ready tasks of runs that have several.';
