-- The tasks whose suspension in this round was none in asyncio: they asked how tasks stand, closed a scope, took a free semaphore or awaited what has ended. Before
-- they have gone on, no other task of their run may. The caller has the bodies of the runs locked.
create or replace function waymark._answered_events(p_steps waymark.task_step[]) returns waymark.task_event[]
language plpgsql as $$
declare
  v_events waymark.task_event[];
begin
  select array_agg(row(t.row_id, t.run_id, t.task_no, t.program_id, t.priority, t.queue, t.started_at, t.step_no, true, t.pc, t.locals, t.frames, t.heap,
                       coalesce((t.wake -> 'ok')::boolean, true), coalesce(t.wake -> 'value', 'null'))::waymark.task_event)
    into v_events
    from unnest(p_steps) s
   cross join lateral (
      select w.*, w.ctid as row_id from waymark.tasks w
       where w.run_id = s.run_id and w.task_no = s.task_no and w.state = 'ready' and w.step_no = s.step_no + 1 for no key update offset 0) t
   where s.shared and s.effect in ('unscope', 'wait', 'acquire');
  return coalesce(v_events, '{}');
end
$$;
comment on function waymark._answered_events(waymark.task_step[]) is 'Tasks that go on before any other of their run.';
