-- Takes due timers of runs whose bodies the caller has: those that go on (taken), those that wait until the run is resumed (put off), and those whose run has
-- ended (gone), with what those have left: the action that was to be offered again, or what somebody else had then (task_no -2, see _abandon_calls). Locks: the
-- timers, the rows of the ended runs, lest one is retried meanwhile, then what these have left (all skip locked).
create or replace function waymark._take_timers(p_due waymark.timers[], p_fates text[], p_now timestamptz, out p_taken waymark.timers[], out p_gone waymark.timers[])
language plpgsql as $$
begin
  -- "is true" keeps the condition from the index of due timers: statistics of a time when none was due make it look like the way in.
  -- Only a statement that begins after the bodies are held sees what others, who had them before, have left of the timers.
  with due as materialized (
    select d.*, m.row_id, k.leaves
      from unnest(p_due, p_fates) with ordinality d(run_id, task_no, action_id, due_at, fate, i)
     cross join lateral (
        select c.ctid as row_id from waymark.timers c
         where c.run_id = d.run_id and c.task_no = d.task_no and c.action_id = d.action_id and (c.due_at <= p_now) is true for update skip locked offset 0) m
     cross join lateral (select d.fate = 'gone' and (d.action_id > 0 or d.task_no = -2) as leaves) k
      left join lateral (select r.state from waymark.runs r where k.leaves and r.run_id = d.run_id for share skip locked offset 0) r on true
     -- What a run that is just being retried has left is not touched: its actions are new.
     where not k.leaves or r.state <> 'live' or not exists (select from waymark.runs g where g.run_id = d.run_id)
  ), removed as (
    delete from waymark.timers t using due d where t.ctid = d.row_id and d.fate <> 'put off'
  ), put_off as (
    update waymark.timers t set due_at = 'infinity' from due d where t.ctid = d.row_id and d.fate = 'put off'
  )
  select array_agg(row(d.run_id, d.task_no, d.action_id, d.due_at)::waymark.timers order by d.i) filter (where d.fate = 'taken'),
         array_agg(row(d.run_id, d.task_no, d.action_id, d.due_at)::waymark.timers order by d.i) filter (where d.fate = 'gone')
    into p_taken, p_gone from due d;
  if exists (select from unnest(p_gone) d where d.action_id > 0 or d.task_no = -2) then
    perform waymark._abandon_calls(array(
      select row(null, d.run_id, 0, 0, 0, null, null, 0, null, 0, '{}', '[]', null, 'raise', null, null)::waymark.task_step
        from unnest(p_gone) d where d.action_id > 0 or d.task_no = -2), p_now);
  end if;
end
$$;
comment on function waymark._take_timers(waymark.timers[], text[], timestamptz) is 'Takes due timers; answers those whose runs go on, and those whose runs have ended.';
