-- Deletes runs that ended longer ago than the rule of their state says, with all that belongs to them: attempts, tasks, waits, scopes, semaphores, signals, what
-- was kept for a retry. Looks at the ten times p_limit runs behind p_after, in the order of their ids, which is that of creation; deletes at most p_limit,
-- and fewer where their histories are long. So the batch is bounded whatever is to be kept, and the end of a run needs no index of its own.
-- What a live run needs stays: a run whose parent or a child of which is live, and what somebody holds locked just now (who sends it a signal, too); and a run with an action left, the
-- result of which met its end: it goes when it is due. Locks: runs (skip locked).
create or replace function waymark._prune_runs(p_rules waymark.retention[], p_after uuid, p_limit int) returns waymark.prune_outcome
language plpgsql as $$
declare
  c_history constant int := 10000;
  v_now timestamptz := waymark._now();
  v_after uuid := coalesce(p_after, '00000000-0000-0000-0000-000000000000');
  v_run_ids uuid[];
  v_seen int;
  v_is_cut boolean;
  v_outcome waymark.prune_outcome;
begin
  with seen as materialized (
    select r.run_id, r.state, r.ended_at, r.parent_run from waymark.runs r where r.run_id > v_after order by r.run_id limit p_limit * 10
  ), doomed as materialized (
    select s.run_id, s.ended_at from seen s join unnest(p_rules) k on k.state = s.state
     where s.ended_at < v_now - k.age
       and not exists (select from waymark.runs p where p.run_id = s.parent_run and p.state = 'live')
       and not exists (select from waymark.runs c where c.parent_run = s.run_id and c.state = 'live')
       and not exists (select from waymark.actions a where a.run_id = s.run_id)
     order by s.run_id limit p_limit
  ), measured as materialized (
    select d.*, coalesce(sum(h.length) over (order by d.run_id rows between unbounded preceding and 1 preceding), 0) as before
      from doomed d
     cross join lateral (
        select (select count(*) from waymark.action_attempts a where a.run_id = d.run_id)
             + (select count(*) from waymark.task_history t where t.run_id = d.run_id) as length) h
  ), locked as materialized (
    -- Who has retried it meanwhile has another end, or none yet.
    select l.run_id from measured m
     cross join lateral (
        select r.run_id from waymark.runs r where r.run_id = m.run_id and r.ended_at = m.ended_at for update skip locked offset 0) l
     where m.before < c_history
  )
  select (select array_agg(l.run_id) from locked l), (select count(*) from seen), m.is_cut,
         case when m.is_cut then (select m.run_id from measured m where m.before < c_history order by m.run_id desc limit 1)
              else (select s.run_id from seen s order by s.run_id desc limit 1) end
    into v_run_ids, v_seen, v_is_cut, v_outcome.last
    from (select count(*) = p_limit or coalesce(max(m.before) >= c_history, false) as is_cut from measured m) m;
  v_outcome.pruned := coalesce(cardinality(v_run_ids), 0);
  v_outcome.more := v_is_cut or v_seen = p_limit * 10;
  delete from waymark.timers where run_id = any (v_run_ids);
  delete from waymark.action_attempts where run_id = any (v_run_ids);
  delete from waymark.task_history where run_id = any (v_run_ids);
  delete from waymark.task_waits where run_id = any (v_run_ids);
  delete from waymark.scopes where run_id = any (v_run_ids);
  delete from waymark.semaphores where run_id = any (v_run_ids);
  delete from waymark.signals where run_id = any (v_run_ids);
  delete from waymark.failed_calls where run_id = any (v_run_ids);
  delete from waymark.failed_tasks where run_id = any (v_run_ids);
  delete from waymark.runs where run_id = any (v_run_ids);
  return v_outcome;
end
$$;
comment on function waymark._prune_runs(waymark.retention[], uuid, int) is 'Deletes a batch of the runs that are older than they are kept.';
