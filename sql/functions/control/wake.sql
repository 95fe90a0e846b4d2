-- Ends the sleeps of a run early, those of its body and of its other tasks, and a delayed start: they are ready. Timeouts, backoffs and deadlines stay what they are. A run that does not sleep
-- goes on as it does; a paused one is awake when it is resumed. Answers its status. Locks: the body, its tasks, their timers. SQLSTATEs: WM301, WM305 the run has ended.
create or replace function waymark.wake(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if (waymark._lock_run(p_run_id)).run_id is null then
    perform waymark._refuse_state('wake', p_run_id, 'has not ended');
  end if;
  with woken as (
    update waymark.tasks t set state = 'ready', ready_at = waymark._now() where t.run_id = p_run_id and t.state = 'timer' returning t.task_no
  )
  delete from waymark.timers m using woken w where m.run_id = p_run_id and m.task_no = w.task_no and m.action_id = 0;
  perform waymark._wake_hungry();
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.wake(uuid) is 'Ends the sleeps of a run early; returns its status.';
