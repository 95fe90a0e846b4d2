-- What _park_tasks writes, for runs of several tasks, where there is more to wait for. A wait with a timeout gets its timer. A cancel request that came while
-- a task could not be interrupted stays with it. Locks: the tasks are the caller's already.
create or replace function waymark._park_shared(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t
     set pc = s.pc, locals = s.locals, frames = s.frames, heap = s.heap, step_no = s.step_no + 1, shared = true,
         state = case s.effect when 'action' then 'action' when 'child' then 'action' when 'sleep' then 'timer' when 'yield' then 'ready'
                               when 'unscope' then 'ready' when 'acquire' then 'semaphore' when 'signal' then 'signal'
                               when 'wait' then coalesce(nullif(s.payload ->> 'until', 'now'), 'all')
                               else case when s.payload -> 'settle' = 'true' then 'settle' else 'gather' end end,
         pending = case when s.effect in ('action', 'child', 'wait') then 1
                        when s.effect in ('fork', 'branches') then jsonb_array_length(s.payload -> 'branches') else 0 end,
         ready_at = case s.effect when 'yield' then p_now else t.ready_at end,
         started_at = coalesce(s.started_at, p_now),
         wake = case when t.wake ? 'cancel' then t.wake end,
         waits_for = case when s.effect in ('wait', 'signal') then s.payload end,
         semaphore_no = case s.effect when 'acquire' then (s.payload -> 'semaphore')::int end,
         ticket = case when s.effect in ('acquire', 'signal') then nextval('waymark.numbers') end
    from unnest(p_steps) s
   where t.ctid = s.row_id and s.shared and s.effect not in ('return', 'raise');
  insert into waymark.timers (run_id, task_no, due_at)
  select s.run_id, s.task_no, waymark._now() + (s.payload ->> 'seconds')::double precision * interval '1 second'
    from unnest(p_steps) s where s.effect in ('wait', 'signal') and s.payload ? 'seconds';
end
$$;
comment on function waymark._park_shared(waymark.task_step[], timestamptz) is 'Writes where stepped tasks of runs with several stand.';
