-- Starts the tasks of spawned calls and of branches that are functions. A spawned action or workflow is a task that is one call (program_id 0); its action is
-- offered, its child run is started by _start_children.
create or replace function waymark._create_tasks(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_offered bigint;
begin
  with wanted as materialized (
    select s.run_id, (c -> 'number')::int as task_no, s.program_id, s.priority, s.queue, (c -> 'node')::int as node, c -> 'value' as call,
           null::int as parent_no, null::int as parent_step, null::int as slot, (c ->> 'group')::int as scope_no
      from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'spawn'
    union all
    select s.run_id, nextval('waymark.numbers')::int, s.program_id, s.priority, s.queue, ~s.pc, b.value, s.task_no, s.step_no + 1, b.ordinality::int - 1, null
      from unnest(p_steps) s, jsonb_array_elements(s.payload -> 'branches') with ordinality b where s.effect = 'branches' and b.value ? 'function'
  ), functions as materialized (
    select f.program_id, f.function, p.ir #> array['functions', f.function::text] as body
      from (select distinct w.program_id, (w.call -> 'function')::int as function from wanted w where w.call ? 'function') f
      join waymark.programs p using (program_id)
  ), created as (
    insert into waymark.tasks (run_id, task_no, program_id, priority, queue, state, pending, pc, locals, ready_at, shared, parent_no, parent_step, slot, scope_no, name)
    select w.run_id, w.task_no, case when f.body is null then 0 else w.program_id end, w.priority, w.queue,
           case when f.body is null then 'action' else 'ready' end, (f.body is null)::int, coalesce((f.body -> 'entry')::int, ~w.node),
           case when f.body is null then '{}' else coalesce((
             select jsonb_object_agg(p ->> 'name', p -> 'default') from jsonb_array_elements(f.body -> 'parameters') p where p ? 'default'), '{}')
               || (w.call -> 'args') end,
           p_now, true, w.parent_no, w.parent_step, w.slot, w.scope_no, coalesce(f.body ->> 'name', w.call ->> 'action', w.call ->> 'workflow')
      from wanted w left join functions f on f.program_id = w.program_id and f.function = (w.call -> 'function')::int
  ), offered as (
    insert into waymark.actions (run_id, task_no, step_no, slot, node, name, arguments, policy, timeout_ms, state, priority, queue, fencing_token, ready_at,
                                 final_deadline, retry_until, key_id)
    select w.run_id, w.task_no, 0, 0, w.node, w.call ->> 'action', w.call -> 'args', w.call -> 'policy',
           coalesce((w.call #> '{policy,timeout}')::numeric, 300) * 1000, case when k.key_id is null then 'ready' else 'backoff' end, w.priority, k.queue, 0, p_now,
           p_now + (w.call #>> '{policy,deadline}')::double precision * interval '1 second',
           p_now + (w.call #>> '{policy,max_elapsed}')::double precision * interval '1 second', k.key_id
      from wanted w
     cross join lateral (select q.queue, waymark._key_id(q.queue, w.call #>> '{policy,concurrency_key}') as key_id
                           from (values (coalesce(w.call #>> '{policy,queue}', w.queue))) q(queue)) k
     where w.call ? 'action'
    returning run_id, task_no, action_id, state
  ), in_line as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select o.run_id, o.task_no, o.action_id, p_now from offered o where o.state = 'backoff'
  )
  select count(*) into v_offered from offered;
  if v_offered > 0 then
    perform waymark._wake_hungry();
  end if;
end
$$;
comment on function waymark._create_tasks(waymark.task_step[], timestamptz) is 'Starts the tasks that steps ask for.';
