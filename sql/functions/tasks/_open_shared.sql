-- Makes the semaphores and scopes that steps ask for; a scope of a task that has ended in the same step is over.
create or replace function waymark._open_shared(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  insert into waymark.semaphores (run_id, semaphore_no, value, bound)
  select s.run_id, (c -> 'number')::int, (c -> 'value')::int, case when (c ->> 'bounded')::boolean then (c -> 'value')::int end from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'semaphore';
  insert into waymark.scopes (run_id, scope_no, task_no, cancels)
  select s.run_id, (c -> 'number')::int, s.task_no, coalesce(t.cancels, 0)
    from unnest(p_steps) s
   cross join unnest(s.commands) c
   cross join lateral (select w.cancels from waymark.tasks w where w.run_id = s.run_id and w.task_no = s.task_no offset 0) t
   where c ->> 'do' = 'scope' and s.effect not in ('return', 'raise');
  insert into waymark.timers (run_id, task_no, action_id, due_at)
  select s.run_id, s.task_no, -(c -> 'number')::bigint, p_now + (c ->> 'value')::double precision * interval '1 second'
    from unnest(p_steps) s, unnest(s.commands) c
   where c ->> 'do' = 'scope' and c -> 'value' <> 'null' and s.effect not in ('return', 'raise');
end
$$;
comment on function waymark._open_shared(waymark.task_step[], timestamptz) is 'Makes semaphores and scopes.';
