-- Lets a failed run go on from the await at which it failed: what had failed, or was abandoned by it, is called again, as attempt 1; results that are there stay.
-- A child run is started anew, of its newest program. Where nothing had failed at that await, the code behind it runs again. Answers the run's status.
-- To be restarted instead are runs that had more than their body when they failed (tasks, open timeouts, semaphores), and those that stood at a wait for tasks, at
-- branches that are functions, or at a sleep that their deadline cut short. A deadline that has passed counts no more.
-- Locks: the row of runs, then what the run has left (skip locked). SQLSTATEs: WM301, WM305 the run has not failed, or is to be restarted.
create or replace function waymark.retry(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_now timestamptz := waymark._now();
  v_run waymark.runs;
  v_kept waymark.failed_tasks;
  v_step waymark.task_step;
begin
  select * into v_run from waymark.runs r where r.run_id = p_run_id for no key update;
  if not found then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  elsif v_run.state <> 'failed' then
    perform waymark._refuse_state('retry', p_run_id, 'has failed');
  end if;
  select * into v_kept from waymark.failed_tasks f where f.run_id = p_run_id;
  if not found or exists (select from waymark.task_history h where h.run_id = p_run_id and h.parent_no = 0 and h.parent_step = v_kept.step_no)
     or exists (select from waymark.program_nodes n where n.program_id = v_kept.program_id and n.node = ~v_kept.pc
                   and (n.kind in ('wait', 'unscope', 'acquire') or n.kind = 'sleep' and v_run.error ? 'overdue')) then
    perform waymark._refuse_state('retry', p_run_id, 'failed in an await of its body that can be made again; waymark.restart starts this one anew');
  end if;
  v_step := row(null, p_run_id, 0, v_kept.program_id, v_run.priority, v_run.queue, v_run.started_at, 0, true, v_kept.pc,
                v_kept.locals, v_kept.frames, v_kept.heap, 'branches', null, null)::waymark.task_step;
  perform waymark._abandon_calls(array[v_step], v_now);
  -- A parent that has not heard of the failure yet goes on waiting.
  delete from waymark.timers
   where run_id = p_run_id and action_id <= 0 or run_id = v_run.parent_run and task_no = 0 and action_id = v_run.parent_action;
  insert into waymark.timers (run_id, task_no, action_id, due_at) select p_run_id, 0, -3, v_run.deadline where v_run.deadline > v_now;
  update waymark.runs set state = 'live', error = null, ended_at = null, cancel_requested_at = null where run_id = p_run_id;
  select jsonb_build_object('branches', coalesce(jsonb_agg(waymark._call_again(h.attempt, v_kept) order by (h.attempt).slot), '[]')) into v_step.payload
    from (select distinct on (a.slot) a as attempt from waymark.action_attempts a
           where a.run_id = p_run_id and a.task_no = 0 and a.step_no = v_kept.step_no order by a.slot, a.attempt desc) h
   where v_kept.pc < 0;
  perform waymark._revive(v_step, v_kept, v_now);
  delete from waymark.failed_tasks where run_id = p_run_id;
  delete from waymark.failed_calls where run_id = p_run_id;
  perform waymark._wake_hungry();
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.retry(uuid) is 'Lets a failed run go on from the await at which it failed; returns its status.';
