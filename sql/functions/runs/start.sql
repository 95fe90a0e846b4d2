-- Starts a run inside the caller's transaction: writes the run and one task that the next turn steps. Nothing of the workflow runs in the
-- caller's session. A delayed start is a task that waits for its timer. Daemons hear of it at commit (see _notify_start).
-- Inserts into runs, tasks, timers. SQLSTATEs: WM201 unknown workflow, WM202, WM203, WM206 arguments, WM204, WM205 options.
create or replace function waymark.start(p_workflow text, p_arguments jsonb default '{}', p_options jsonb default '{}') returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
  v_options waymark.start_options := waymark._parse_start_options(p_options);
  v_program waymark.programs;
  v_arguments jsonb;
  v_run_id uuid := waymark._new_run_id(v_now);
  v_due_at timestamptz;
begin
  select p.program_id, p.parameters, p.entry into v_program.program_id, v_program.parameters, v_program.entry
    from waymark.workflows w join waymark.programs p using (program_id) where w.workflow = p_workflow;
  if not found then
    raise exception using errcode = 'WM201', message = format('there is no workflow "%s"', p_workflow),
      hint = 'Register it: start a worker that has it in WAYMARK_USER_MODULE, or run: waymark register MODULE.';
  end if;
  v_arguments := waymark._bind_arguments(p_workflow, v_program.parameters, p_arguments);
  insert into waymark.runs (run_id, workflow, program_id, priority, queue, idempotency_key, tags, waiters, arguments, created_at, deadline)
  values (v_run_id, p_workflow, v_program.program_id, v_options.priority, v_options.queue, v_options.idempotency_key, v_options.tags,
          case when v_options.waiter is not null then array[v_options.waiter] end, v_arguments, v_now,
          v_now + v_options.deadline * interval '1 second')
  on conflict (workflow, idempotency_key) where idempotency_key is not null do nothing;
  if not found then
    select r.run_id into strict v_run_id from waymark.runs r
     where r.workflow = p_workflow and r.idempotency_key = v_options.idempotency_key;
    if v_options.waiter is not null then
      perform waymark.add_waiter(v_run_id, v_options.waiter);
    end if;
    return v_run_id;
  end if;
  if v_options.delay > 0 then
    v_due_at := v_now + v_options.delay * interval '1 second';
    insert into waymark.timers (run_id, task_no, due_at) values (v_run_id, 0, v_due_at);
  end if;
  if v_options.deadline is not null then
    insert into waymark.timers (run_id, task_no, action_id, due_at) values (v_run_id, 0, -3, v_now + v_options.deadline * interval '1 second');
  end if;
  insert into waymark.tasks (run_id, program_id, priority, queue, state, pc, locals, ready_at)
  values (v_run_id, v_program.program_id, v_options.priority, v_options.queue,
          case when v_due_at is null then 'ready' else 'timer' end, v_program.entry, v_arguments, coalesce(v_due_at, v_now));
  return v_run_id;
end
$$;
comment on function waymark.start(text, jsonb, jsonb) is 'Starts a run of a workflow in the caller''s transaction and returns its id.';
