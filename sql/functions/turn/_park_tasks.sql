-- Writes where the stepped tasks stand and what they wait for; durable sleeps get their timers. Locks: the tasks are the caller's already.
create or replace function waymark._park_tasks(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t
     set pc = s.pc, locals = s.locals, frames = s.frames, heap = s.heap, step_no = s.step_no + 1,
         state = case s.effect when 'action' then 'action' when 'sleep' then 'timer' when 'yield' then 'ready'
                               else case when s.payload -> 'settle' = 'true' then 'settle' else 'gather' end end,
         pending = case s.effect when 'action' then 1 when 'fork' then jsonb_array_length(s.payload -> 'branches') else 0 end,
         ready_at = case s.effect when 'yield' then p_now else t.ready_at end,
         started_at = coalesce(s.started_at, p_now)
    from unnest(p_steps) s
   where t.ctid = s.row_id and s.shared is not true and s.effect not in ('return', 'raise');
  insert into waymark.timers (run_id, task_no, due_at)
  -- From now, not from when the turn began: a sleep is never shorter than the body has asked for.
  select s.run_id, s.task_no, waymark._now() + (s.payload ->> 'seconds')::double precision * interval '1 second'
    from unnest(p_steps) s where s.effect = 'sleep';
end
$$;
comment on function waymark._park_tasks(waymark.task_step[], timestamptz) is 'Writes where stepped tasks stand and what they wait for.';
