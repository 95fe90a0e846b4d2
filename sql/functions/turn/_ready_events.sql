-- Claims the ready bodies of runs in the order of priority and age, as actions are claimed: started runs, woken and yielded tasks. Locks: tasks (skip locked).
-- _scan_from: not from the beginning of the index each time, while it is full of what was ready before.
create or replace function waymark._ready_events(p_limit int) returns waymark.task_event[]
language plpgsql as $$
declare
  v_began timestamptz := clock_timestamp();
  v_cost bigint := waymark._scan_cost('waymark.tasks_ready');
  v_from timestamp := waymark._scan_from('tasks');
  v_events waymark.task_event[];
begin
  with claimed as materialized (
    select t.*, t.ctid as row_id from waymark.tasks t where t.state = 'ready' and t.task_no = 0 and t.paused is null
       and (t.ready_at at time zone 'UTC') + t.priority * interval '1 minute' >= v_from
     order by (t.ready_at at time zone 'UTC') + t.priority * interval '1 minute' limit p_limit for no key update skip locked
  )
  select array_agg(row(c.row_id, c.run_id, c.task_no, c.program_id, c.priority, c.queue, c.started_at, c.step_no, c.shared, c.pc, c.locals, c.frames, c.heap,
                       coalesce((c.wake -> 'ok')::boolean, true), coalesce(c.wake -> 'value', 'null'))::waymark.task_event)
    into v_events from claimed c;
  v_cost := waymark._scan_cost('waymark.tasks_ready') - v_cost - coalesce(cardinality(v_events), 0);
  if v_cost > 1000 then
    perform waymark._remember_scan('tasks', v_began, (
      select min((t.ready_at at time zone 'UTC') + t.priority * interval '1 minute')
        from unnest(v_events) e join waymark.tasks t on t.ctid = e.row_id), 'infinity');
  end if;
  return coalesce(v_events, '{}');
end
$$;
comment on function waymark._ready_events(int) is 'Claims ready runs in priority order.';
