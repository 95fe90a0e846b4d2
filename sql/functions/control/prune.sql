-- Deletes runs of one state that ended longer than p_older_than ago, with all that belongs to them: attempts, tasks, waits, scopes, semaphores, signals. One bounded
-- batch in one transaction, in the order of creation from p_after on (the outcome's `last`, to go on). What a live run needs stays: a run whose parent or a child
-- of which is live, and what somebody holds locked just now. Reads by creation, for which there is an index already: the end of a run costs no other.
-- Locks: runs (skip locked). SQLSTATEs: WM205.
create or replace function waymark.prune(p_state text, p_older_than interval, p_limit int default 1000, p_after timestamptz default null)
returns waymark.prune_outcome
language plpgsql security definer set search_path = '' set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_cutoff timestamptz := waymark._now() - p_older_than;
  v_run_ids uuid[];
  v_outcome waymark.prune_outcome;
begin
  if p_state is null or p_state not in ('succeeded', 'failed', 'cancelled', 'terminated') then
    perform waymark._raise('WM205', format('no runs are pruned that are %s', coalesce(p_state, 'null')), '',
                           'Allowed are succeeded, failed, cancelled, terminated.');
  elsif p_older_than is null or p_older_than < interval '0' then
    perform waymark._raise('WM205', format('the age is %s; it must not be negative', coalesce(p_older_than::text, 'null')));
  elsif p_limit is null or p_limit not between 1 and 10000 then
    perform waymark._raise('WM205', format('the limit is %s; allowed are 1 to 10000', coalesce(p_limit::text, 'null')));
  end if;
  with doomed as materialized (
    select r.run_id, r.created_at from waymark.runs r
     where r.created_at < v_cutoff and (p_after is null or r.created_at >= p_after) and r.state = p_state and r.ended_at < v_cutoff
       and not exists (select from waymark.runs p where p.run_id = r.parent_run and p.state = 'live')
       and not exists (select from waymark.runs c where c.parent_run = r.run_id and c.state = 'live')
     order by r.created_at limit p_limit for update skip locked
  )
  select array_agg(d.run_id), max(d.created_at) into v_run_ids, v_outcome.last from doomed d;
  v_outcome.pruned := coalesce(cardinality(v_run_ids), 0);
  v_outcome.more := v_outcome.pruned = p_limit;
  delete from waymark.action_attempts where run_id = any (v_run_ids);
  delete from waymark.task_history where run_id = any (v_run_ids);
  delete from waymark.task_waits where run_id = any (v_run_ids);
  delete from waymark.scopes where run_id = any (v_run_ids);
  delete from waymark.semaphores where run_id = any (v_run_ids);
  delete from waymark.signals where run_id = any (v_run_ids);
  delete from waymark.timers where run_id = any (v_run_ids);
  delete from waymark.runs where run_id = any (v_run_ids);
  return v_outcome;
end
$$;
comment on function waymark.prune(text, interval, int, timestamptz) is 'Deletes a batch of runs that ended long ago, with all that belongs to them.';
