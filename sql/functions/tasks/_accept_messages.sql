-- What due timers say beside waking tasks: a child run has ended (its action gets its result), a run is to be cancelled or terminated, a scope fires, a deadline has passed.
-- The caller has the bodies of the runs locked. Answers the tasks that can go on with the results of children.
create or replace function waymark._accept_messages(p_timers waymark.timers[], p_now timestamptz) returns waymark.task_event[]
language plpgsql as $$
declare
  v_ended waymark.actions[];
  v_results waymark.action_result[];
  v_fatal waymark.task_step[];
begin
  select array_agg(a) into v_ended
    from unnest(p_timers) m
   cross join lateral (
      select c from waymark.actions c where c.run_id = m.run_id and c.action_id = m.action_id and c.state = 'child' for update offset 0) l(a)
   where m.action_id > 0;
  delete from waymark.actions a
   using unnest(v_ended) e
   cross join lateral (select c.ctid as row_id from waymark.actions c where c.run_id = e.run_id and c.action_id = e.action_id offset 0) c
   where a.ctid = c.row_id;
  with outcomes as (
    select e.*, r.state = 'succeeded' as ok, coalesce(r.result, r.error -> 'exception') as value, r.error, r.ended_at as done_at
      from unnest(v_ended) e cross join lateral (select c.* from waymark.runs c where c.run_id = e.child_run offset 0) r
  ), recorded as (
    insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, value, ready_at, ended_at)
    select o.run_id, o.task_no, o.step_no, o.slot, o.attempt, o.action_id, o.node, o.name, o.arguments,
           case when o.ok then 'succeeded' else 'failed' end, true, o.value, o.ready_at, o.done_at
      from outcomes o
  )
  select array_agg(row(o.run_id, o.task_no, o.step_no, o.slot, o.ok, o.value)::waymark.action_result) filter (where o.error -> 'fatal' is null),
         array_agg(row(null, o.run_id, 0, 0, 0, null, null, 0, false, 0, '{}', '[]', null, 'raise',
                       jsonb_build_object('fatal', true, 'node', o.node, 'exception', o.value), null)::waymark.task_step)
           filter (where o.error -> 'fatal' is not null)
    into v_results, v_fatal from outcomes o;
  if v_fatal is not null then
    perform waymark._fail_runs(v_fatal, p_now);
  end if;
  perform waymark._fire_scopes(array(select row(m.run_id, -m.action_id)::waymark.task_key from unnest(p_timers) m where m.action_id between -2147483647 and -10), p_now);
  perform waymark._cancel_runs(array(select m.run_id from unnest(p_timers) m where m.action_id = -1), p_now);
  perform waymark._terminate_runs(array(select m.run_id from unnest(p_timers) m where m.action_id = -2), p_now);
  perform waymark._expire_runs(array(select m.run_id from unnest(p_timers) m where m.action_id = -3), p_now);
  return case when v_results is null then '{}' else waymark._complete_joins(v_results) end;
end
$$;
comment on function waymark._accept_messages(waymark.timers[], timestamptz) is 'Ended children, cancel requests and scopes that due timers tell of.';
