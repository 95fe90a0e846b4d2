-- Calls the step functions: one dynamic statement a program and batch. They write no table, and read none but the scopes
-- (py_has_fired) and pages, which are written here. A task that is one call (program_id 0) ends as the call does.
-- p_isolate: each task in a subtransaction of its own, so that one that fails in any other way than a Python exception ends its run
-- with the explanation and its neighbours go on.
create or replace function waymark._step_tasks(p_events waymark.task_event[], p_isolate boolean) returns waymark.task_step[]
language plpgsql as $$
declare
  v_program record;
  v_event waymark.task_event;
  v_some waymark.task_step[];
  v_steps waymark.task_step[] := array(
    select row(e.row_id, e.run_id, e.task_no, e.program_id, e.priority, e.queue, e.started_at, e.step_no, e.shared, e.pc, e.locals, e.frames, null,
               case when e.ok then 'return' else 'raise' end,
               case when e.ok then e.value else jsonb_build_object('node', ~e.pc, 'exception', e.value) end, null)::waymark.task_step
      from unnest(p_events) e where e.program_id = 0);
begin
  for v_program in
    select p.program_id, format('select waymark_programs.%I($1, $2)', p.function_name || '_batch') as call from waymark.programs p
     where p.program_id in (select e.program_id from unnest(p_events) e)
  loop
    if not p_isolate then
      execute v_program.call into v_some using p_events, v_program.program_id;
      v_steps := v_steps || v_some;
      continue;
    end if;
    foreach v_event in array p_events loop
      continue when v_event.program_id <> v_program.program_id;
      begin
        execute v_program.call into v_some using array[v_event], v_program.program_id;
      exception when others then
        v_some := array[row(v_event.row_id, v_event.run_id, v_event.task_no, v_event.program_id, v_event.priority, v_event.queue, v_event.started_at,
                            v_event.step_no, v_event.shared, v_event.pc, '{}'::jsonb, '[]'::jsonb, null::jsonb, 'raise',
                            waymark._engine_failure(v_event.pc, sqlstate, sqlerrm), null)::waymark.task_step];
      end;
      v_steps := v_steps || v_some;
    end loop;
  end loop;
  if exists (select from unnest(v_steps) s where s.heap ?| '{pages,void}') then
    v_steps := waymark._write_pages(v_steps);
  end if;
  return case when exists (select from unnest(v_steps) s where s.effect = 'evaluate') then waymark._request_evaluations(v_steps) else v_steps end;
end
$$;
comment on function waymark._step_tasks(waymark.task_event[], boolean) is 'Runs the step functions of a batch of tasks.';
