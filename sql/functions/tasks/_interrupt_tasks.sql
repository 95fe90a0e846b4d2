-- Raises CancelledError in cancelled tasks that wait for something which simply goes (the tasks as they were). A semaphore or a signal that one
-- of them had just been handed is passed on.
create or replace function waymark._interrupt_tasks(p_tasks waymark.tasks[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_events waymark.task_event[];
  v_handed waymark.task_key[];
begin
  select array_agg(row(w.row_id, v.run_id, v.task_no, null, null, null, null, v.step_no, true, null, null, null, null, false,
                       waymark._cancelled_error())::waymark.task_event),
         array_agg(row(v.run_id, (v.wake -> 'semaphore')::int)::waymark.task_key) filter (where v.wake ? 'semaphore')
    into v_events, v_handed
    from unnest(p_tasks) v
   cross join lateral (select t.ctid as row_id from waymark.tasks t where t.run_id = v.run_id and t.task_no = v.task_no offset 0) w
   where v.pc < 0 and (v.state in ('ready', 'timer', 'semaphore', 'signal')
                       or v.state in ('all', 'first', 'first_exception', 'first_failure') and v.waits_for -> 'linked' is distinct from 'true'
                       or v.state = 'action' and not exists (
                            select from waymark.actions a where a.run_id = v.run_id and a.task_no = v.task_no and a.step_no = v.step_no
                               and (a.state = 'child' or a.name = 'waymark:evaluate')));
  if v_events is not null then
    perform waymark._end_waits(v_events, p_now);
  end if;
  if v_handed is not null then
    perform waymark._release_semaphores(v_handed);
    perform waymark._grant_semaphores(array(select distinct h from unnest(v_handed) h), p_now);
  end if;
  if exists (select from unnest(p_tasks) v where v.wake ? 'signal' and v.pc < 0 and v.state = 'ready') then
    perform waymark._return_signals(array(select v from unnest(p_tasks) v where v.wake ? 'signal' and v.pc < 0 and v.state = 'ready'), p_now);
  end if;
end
$$;
comment on function waymark._interrupt_tasks(waymark.tasks[], timestamptz) is 'Raises CancelledError where cancelled tasks wait.';
