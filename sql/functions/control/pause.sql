-- Pauses a run: nothing of it is stepped or claimed until it is resumed. Actions that run go on and their results are kept; what becomes due waits. Its child
-- runs are runs of their own and go on. Ready actions wait for a timer as if they backed off. Paused already: nothing changes. Answers its status.
-- Locks: the body, then ready actions (skip locked: one that is being claimed runs). SQLSTATEs: WM301, WM305 the run has ended.
create or replace function waymark.pause(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_body waymark.tasks := waymark._lock_run(p_run_id);
begin
  if v_body.run_id is null then
    perform waymark._refuse_state('pause', p_run_id, 'has not ended');
  end if;
  update waymark.tasks set paused = true where run_id = p_run_id and v_body.paused is null;
  with held as (
    update waymark.actions a set state = 'backoff'
      from (select c.ctid as row_id from waymark.actions c where c.run_id = p_run_id and c.state = 'ready' for update skip locked offset 0) c
     where a.ctid = c.row_id
    returning a.task_no, a.action_id
  )
  insert into waymark.timers (run_id, task_no, action_id, due_at) select p_run_id, h.task_no, h.action_id, 'infinity' from held h;
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.pause(uuid) is 'Pauses a run: nothing of it is stepped or claimed until it is resumed; returns its status.';
