-- Removes what runs that end had beside their body: tasks, timers, scopes, semaphores, waits. The timers of actions go with these (_abandon_calls): one that somebody
-- else holds is left, and needs its own.
create or replace function waymark._forget_runs(p_steps waymark.task_step[]) returns void
language plpgsql as $$
begin
  delete from waymark.tasks t using unnest(p_steps) s
   cross join lateral (select w.ctid as row_id from waymark.tasks w where w.run_id = s.run_id and w.task_no > 0 offset 0) w where t.ctid = w.row_id;
  delete from waymark.timers t using unnest(p_steps) s
   cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = s.run_id and m.action_id <= 0 offset 0) m where t.ctid = m.row_id;
  delete from waymark.scopes t using unnest(p_steps) s
   cross join lateral (select m.ctid as row_id from waymark.scopes m where m.run_id = s.run_id offset 0) m where t.ctid = m.row_id;
  delete from waymark.semaphores t using unnest(p_steps) s
   cross join lateral (select m.ctid as row_id from waymark.semaphores m where m.run_id = s.run_id offset 0) m where t.ctid = m.row_id;
  delete from waymark.task_waits t using unnest(p_steps) s
   cross join lateral (select m.ctid as row_id from waymark.task_waits m where m.run_id = s.run_id offset 0) m where t.ctid = m.row_id;
end
$$;
comment on function waymark._forget_runs(waymark.task_step[]) is 'Removes what ended runs had beside their body.';
