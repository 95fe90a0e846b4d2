-- Writes runs and their first tasks, which the next turn steps. A delayed run is a task that waits for its timer. Daemons hear of them at commit
-- (see _notify_start). A key that is known, or that the batch has twice, stands for the run that has it. Rows with a key are written in its order,
-- so that two callers with the same keys wait for each other in one order.
-- Inserts into runs, tasks, timers. SQLSTATEs: WM201 unknown workflow, WM202, WM203, WM206 arguments.
create or replace function waymark._start_runs(p_workflow text, p_arguments jsonb[], p_keys text[], p_options waymark.start_options) returns uuid[]
language plpgsql as $$
declare
  v_now timestamptz := waymark._now();
  v_due_at timestamptz := case when p_options.delay > 0 then v_now + p_options.delay * interval '1 second' end;
  v_deadline timestamptz := v_now + p_options.deadline * interval '1 second';
  v_program waymark.programs;
  v_names text[];
  v_run_ids uuid[];
  v_started int;
  v_n int;
begin
  select p.program_id, p.parameters, p.entry into v_program.program_id, v_program.parameters, v_program.entry
    from waymark.workflows w join waymark.programs p using (program_id) where w.workflow = p_workflow;
  if not found then
    raise exception using errcode = 'WM201', message = format('there is no workflow "%s"', p_workflow),
      hint = 'Register it: start a worker that has it in WAYMARK_USER_MODULE, or run: waymark register MODULE.';
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    -- The snapshot may be older than the newest program: then this fails as a serialization failure does. See waymark._begin_pass.
    perform from waymark.workflows w where w.workflow = p_workflow for share;
  end if;
  v_names := array(select p ->> 'name' from jsonb_array_elements(v_program.parameters) p);
  v_run_ids := array(select waymark._new_run_id(v_now) from generate_subscripts(p_arguments, 1));
  with given as materialized (
    select g.run_id, g.key,
           -- What has exactly the parameters, and no tags, is bound already.
           case when jsonb_typeof(g.arguments) is distinct from 'object' then waymark._bind_arguments(p_workflow, v_program.parameters, g.arguments)
                when g.arguments ?& v_names and g.arguments - v_names = '{}' and not jsonb_path_exists(g.arguments, 'strict $.**."$"', silent => true) then g.arguments
                else waymark._bind_arguments(p_workflow, v_program.parameters, g.arguments) end as arguments
      from unnest(v_run_ids, p_arguments, p_keys) as g (run_id, arguments, key)
  ), started as (
    insert into waymark.runs (run_id, workflow, program_id, priority, queue, idempotency_key, tags, waiters, arguments, created_at, deadline)
    select g.run_id, p_workflow, v_program.program_id, p_options.priority, p_options.queue, g.key, p_options.tags,
           case when p_options.waiter is not null then array[p_options.waiter] end, g.arguments, v_now, v_deadline
      from given g order by g.key, g.run_id
    on conflict (workflow, idempotency_key) where idempotency_key is not null do nothing
    returning run_id, arguments
  ), timers as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select s.run_id, 0, t.action_id, t.due_at from started s, (values (0, v_due_at), (-3, v_deadline)) as t (action_id, due_at) where t.due_at is not null
  ), tasks as (
    insert into waymark.tasks (run_id, program_id, priority, queue, state, pc, locals, ready_at)
    select s.run_id, v_program.program_id, p_options.priority, p_options.queue,
           case when v_due_at is null then 'ready' else 'timer' end, v_program.entry, s.arguments, coalesce(v_due_at, v_now)
      from started s
  )
  select count(*) into v_started from started;
  if v_started < cardinality(v_run_ids) then
    v_run_ids := array(
      select case when g.key is null then g.run_id
                  else (select r.run_id from waymark.runs r where r.workflow = p_workflow and r.idempotency_key = g.key) end
        from unnest(v_run_ids, p_keys) with ordinality as g (run_id, key, n) order by n);
    -- Pruned since its key was found to be taken: it is free again.
    for v_n in select n from unnest(v_run_ids) with ordinality as g (run_id, n) where g.run_id is null loop
      v_run_ids[v_n] := (waymark._start_runs(p_workflow, p_arguments[v_n:v_n], p_keys[v_n:v_n], p_options))[1];
    end loop;
    if p_options.waiter is not null then
      perform waymark.add_waiter(r, p_options.waiter) from unnest(v_run_ids) r;
    end if;
  end if;
  return v_run_ids;
end
$$;
comment on function waymark._start_runs(text, jsonb[], text[], waymark.start_options) is 'Starts runs of a workflow with the same options.';
