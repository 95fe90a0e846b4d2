-- Starts child runs: each is a run of its own, and in the run that waits for it an action in the state child. Answers those that fail at once: children
-- nest at most 200 deep.
create or replace function waymark._start_children(p_steps waymark.task_step[], p_now timestamptz) returns waymark.action_result[]
language plpgsql as $$
declare
  c_depth constant int := 200;
  v_failed waymark.action_result[];
  v_message text := format('maximum recursion depth exceeded: child workflows nest at most %s deep', c_depth);
begin
  with wanted as materialized (
    select s.run_id, s.task_no, s.step_no + 1 as step_no, 0 as slot, ~s.pc as node, s.priority, s.queue, s.payload as call
      from unnest(p_steps) s where s.effect = 'child'
    union all
    select s.run_id, s.task_no, s.step_no + 1, b.ordinality::int - 1, ~s.pc, s.priority, s.queue, b.value
      from unnest(p_steps) s, jsonb_array_elements(s.payload -> 'branches') with ordinality b where s.effect = 'branches' and b.value ? 'workflow'
    union all
    select s.run_id, (c -> 'number')::int, 0, 0, (c -> 'node')::int, s.priority, s.queue, c -> 'value'
      from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'spawn' and c -> 'value' ? 'workflow'
  ), children as materialized (
    select w.*, waymark._new_run_id(p_now) as child_run, p.depth
      from wanted w
     cross join lateral (select coalesce(r.depth, 0) + 1 as depth from waymark.runs r where r.run_id = w.run_id offset 0) p
  ), waiting as (
    insert into waymark.actions (run_id, task_no, step_no, slot, node, name, arguments, timeout_ms, state, priority, queue, fencing_token, ready_at, child_run)
    select c.run_id, c.task_no, c.step_no, c.slot, c.node, c.call ->> 'workflow', c.call -> 'args', 0, 'child', c.priority, c.queue, 0, p_now, c.child_run
      from children c where c.depth <= c_depth
    returning action_id, child_run
  ), started as (
    insert into waymark.runs (run_id, workflow, program_id, priority, queue, arguments, created_at, parent_run, parent_action, depth)
    select c.child_run, c.call ->> 'workflow', (c.call -> 'program')::bigint, c.priority, c.queue, c.call -> 'args', p_now, c.run_id, w.action_id, c.depth
      from children c join waiting w using (child_run)
  ), bodies as (
    insert into waymark.tasks (run_id, program_id, priority, queue, state, pc, locals, ready_at)
    select c.child_run, p.program_id, c.priority, c.queue, 'ready', p.entry, c.call -> 'args', p_now
      from children c join waymark.programs p on p.program_id = (c.call -> 'program')::bigint where c.depth <= c_depth
  )
  select array_agg(row(c.run_id, c.task_no, c.step_no, c.slot, false, jsonb_build_object('$', 'exception', 'type', 'RecursionError',
           'mro', waymark._builtin_mro('RecursionError'), 'args', jsonb_build_array(v_message), 'message', v_message))::waymark.action_result)
    into v_failed from children c where c.depth > c_depth;
  if current_setting('transaction_isolation') <> 'read committed' then
    -- As in waymark.start: the programs may be none that is the newest any more.
    perform from waymark.workflows w
     where w.workflow in (select r.workflow from waymark.runs r join unnest(p_steps) s on r.parent_run = s.run_id) for share;
  end if;
  return coalesce(v_failed, '{}');
end
$$;
comment on function waymark._start_children(waymark.task_step[], timestamptz) is 'Starts child runs.';
