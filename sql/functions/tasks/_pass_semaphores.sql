-- Releases semaphores and hands them to who asks for them, in the order of the tickets: those that have waited, and the steps of this round, which have
-- their tickets and queue as well. A task that is woken has what it asked for. Answers a failure for each run that gave back to a lock or bounded semaphore what
-- nobody had taken: in asyncio `release` raises, but here the step has gone on already.
create or replace function waymark._pass_semaphores(p_steps waymark.task_step[], p_now timestamptz) returns waymark.task_step[]
language plpgsql as $$
declare
  v_keys waymark.task_key[];
  v_over waymark.task_key[];
begin
  with released as (
    select s.run_id, (c -> 'semaphore')::int as semaphore_no from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'release'
    union all
    select s.run_id, (s.payload -> 'semaphore')::int from unnest(p_steps) s where s.effect = 'acquire'
  )
  select array_agg(distinct row(r.run_id, r.semaphore_no)::waymark.task_key) into v_keys from released r;
  if v_keys is null then
    return array[]::waymark.task_step[];
  end if;
  v_over := waymark._release_semaphores(array(
    select row(s.run_id, (c -> 'semaphore')::int)::waymark.task_key from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'release'));
  perform waymark._grant_semaphores(v_keys, p_now);
  return array(
    select row(s.row_id, s.run_id, s.task_no, s.program_id, s.priority, s.queue, s.started_at, s.step_no, s.shared, s.pc, s.locals, s.frames, s.heap, 'raise',
               waymark._engine_failure(s.pc, 'WM502', 'a lock or bounded semaphore is released that is not acquired; acquire it first, or use `async with`'), null)::waymark.task_step
      from (select distinct on (r.run_id) r.* from unnest(p_steps) r, unnest(r.commands) c, unnest(v_over) o
             where c ->> 'do' = 'release' and r.run_id = o.run_id and (c -> 'semaphore')::int = o.task_no order by r.run_id, r.task_no) s);
end
$$;
comment on function waymark._pass_semaphores(waymark.task_step[], timestamptz) is 'Carries out releases and acquisitions of semaphores.';
