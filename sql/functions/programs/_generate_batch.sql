-- The text that creates the function which runs a program's step function for a batch of tasks. A turn names it in a dynamic statement,
-- which is planned each time; what is planned here is planned once a connection.
create or replace function waymark._generate_batch(p_name text) returns text
language sql immutable as $$
  select format('create function waymark_programs.%I(p_events waymark.task_event[], p_program_id bigint) returns waymark.task_step[] language plpgsql stable as %L',
    p_name || '_batch', format(
      E'\nbegin\n  return (\n'
      '    select array_agg(row(e.row_id, e.run_id, e.task_no, e.program_id, e.priority, e.queue, e.started_at, e.step_no,\n'
      '                         e.shared, s.pc, s.locals, s.frames, s.heap, s.effect, s.payload, s.commands)::waymark.task_step)\n'
      '      from unnest(p_events) e cross join lateral waymark_programs.%I(e.pc, e.locals, e.frames, e.heap, e.ok, e.value) s\n'
      '     where e.program_id = p_program_id);\nend\n', p_name))
$$;
comment on function waymark._generate_batch(text) is 'The text that creates the function for a batch of steps of a program.';
