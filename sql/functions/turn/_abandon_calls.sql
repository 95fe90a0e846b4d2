-- What runs that end leave outstanding: waiting actions go to history, running ones will be rejected, child runs are cancelled, or terminated
-- where their parent was not asked either. Locks: actions (skip locked: a result that is being handed in right now goes to history by itself; a claim that is being
-- made may come to nothing, so the run gets a timer, which has it abandoned before anybody can claim it again), timers.
create or replace function waymark._abandon_calls(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_leftovers tid[];
  v_sessions bigint[];
begin
  select array_agg(a.row_id), array_agg(a.session_id) into v_leftovers, v_sessions
    from unnest(p_steps) s
   cross join lateral (
      select c.ctid as row_id, c.session_id from waymark.actions c where c.run_id = s.run_id for update skip locked offset 0) a;
  if exists (select from unnest(p_steps) s where s.effect = 'raise') then
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select distinct c.run_id, -2, 0, p_now
      from unnest(p_steps) s
     cross join lateral (
        select h.run_id from waymark.actions h where h.run_id = s.run_id and (h.ctid = any (v_leftovers)) is not true offset 0) c
     where s.effect = 'raise' order by 1
        on conflict do nothing;
  end if;
  if v_leftovers is null then
    return;
  end if;
  with removed as (
    delete from waymark.actions a using unnest(v_leftovers) l(row_id) where a.ctid = l.row_id returning a.*
  ), unscheduled as (
    delete from waymark.timers t
     using removed l
     cross join lateral (
        select m.ctid as row_id from waymark.timers m where m.run_id = l.run_id and m.task_no = l.task_no and m.action_id = l.action_id
           for update skip locked offset 0) m
     where t.ctid = m.row_id
  ), orphaned as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select l.child_run, 0, case when s.effect = 'raise' and s.payload ?| '{terminated,overdue}' then -2 else -1 end, p_now
      from removed l join unnest(p_steps) s on s.run_id = l.run_id where l.child_run is not null
    union all
    select l.key_id, -1, -nextval('waymark.numbers'), p_now from removed l where l.key_id is not null and l.state in ('ready', 'running')
    on conflict do nothing
  ), kept as (
    insert into waymark.failed_calls (run_id, action_id, policy)
    select l.run_id, l.action_id, l.policy from removed l where l.policy is not null
  )
  insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, ready_at,
                                       claimed_at, ended_at, session_id)
  select l.run_id, l.task_no, l.step_no, l.slot, l.attempt, l.action_id, l.node, l.name, l.arguments, 'abandoned', true, l.ready_at,
         l.claimed_at, p_now, l.session_id
    from removed l;
  perform waymark._tell_sessions(v_sessions);
end
$$;
comment on function waymark._abandon_calls(waymark.task_step[], timestamptz) is 'Drops what ended runs have left outstanding.';
