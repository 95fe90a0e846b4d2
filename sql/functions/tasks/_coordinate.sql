-- What tasks of a run have to do with each other, after a round of steps has been written: semaphores and scopes are made, tasks and child runs started,
-- ended tasks told to those that wait for them, waits begun, tasks cancelled, runs closed whose body has ended. Tasks that can go on become ready.
-- The caller has the bodies of all these runs locked.
create or replace function waymark._coordinate(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_steps waymark.task_step[] := array(select s from unnest(p_steps) s where s.shared);
  v_failed waymark.action_result[];
  v_fatal waymark.task_step[];
begin
  perform waymark._close_bodies(v_steps, p_now);
  if exists (select from unnest(v_steps) s where s.commands is not null) then
    perform waymark._open_shared(v_steps, p_now);
  end if;
  if exists (select from unnest(v_steps) s where s.effect in ('child', 'branches') or s.commands is not null) then
    perform waymark._create_tasks(v_steps, p_now);
    v_failed := waymark._start_children(v_steps, p_now);
    if cardinality(v_failed) > 0 then
      perform waymark._wake_tasks(waymark._complete_joins(v_failed), p_now);
    end if;
  end if;
  v_fatal := waymark._pass_semaphores(v_steps, p_now);
  perform waymark._end_tasks(array(
    select row(s.run_id, s.task_no, waymark._task_status(s.effect, s.payload), case s.effect when 'return' then s.payload else s.payload -> 'exception' end)::waymark.task_end
      from unnest(v_steps) s where s.effect in ('return', 'raise') and s.task_no > 0), p_now);
  perform waymark._begin_waits(v_steps, p_now);
  if exists (select from unnest(v_steps) s where s.effect = 'signal') then
    perform waymark._deliver_signals(array(
      select row(s.run_id, s.payload ->> 'signal')::waymark.signal_key from unnest(v_steps) s where s.effect = 'signal'), p_now);
  end if;
  perform waymark._close_scopes(v_steps, p_now);
  perform waymark._cancel_tasks(array(
    select row(s.run_id, t.value::int)::waymark.task_key
      from unnest(v_steps) s, unnest(s.commands) c, jsonb_array_elements(c -> 'tasks') t where c ->> 'do' = 'cancel'), true, p_now);
  -- Requests that came while a task could not be interrupted.
  perform waymark._cancel_tasks(array(
    select row(s.run_id, s.task_no)::waymark.task_key
      from unnest(v_steps) s
     cross join lateral (
        select from waymark.tasks t where t.run_id = s.run_id and t.task_no = s.task_no and t.wake ? 'cancel' and t.state <> 'ready' offset 0) t
     where s.payload ->> 'action' is distinct from 'waymark:evaluate'), false, p_now);
  if cardinality(v_fatal) > 0 then
    perform waymark._fail_runs(v_fatal, p_now);
  end if;
  perform waymark._close_runs(v_steps, p_now);
end
$$;
comment on function waymark._coordinate(waymark.task_step[], timestamptz) is 'Carries out what tasks of a run have to do with each other.';
