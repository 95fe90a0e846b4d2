-- The recurring, bounded sweep that any daemon runs: actions of sessions whose lease has expired, and actions past their deadline, running or not,
-- are handed in as lost or timed out, exactly as if a daemon had reported them; then sessions that hold nothing are removed.
-- It looks at all that runs only when a lease has expired.
-- Locks, in order: actions (skip locked: whoever holds one is just handing in its result), tasks, timers, runs, sessions (skip locked).
create or replace function waymark.reclaim(p_batch int) returns int
language plpgsql security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_now timestamptz := waymark._now();
  v_orphaned boolean := exists (select from waymark.sessions where expires_at <= v_now);
  v_run_ids uuid[];
  v_action_ids bigint[];
  v_tokens bigint[];
  v_outcomes text[];
  v_reasons jsonb[];
  v_events waymark.task_event[];
  v_count int;
  v_expired bigint[];
begin
  with doomed as materialized (
    select a.run_id, a.action_id, a.fencing_token, a.deadline <= v_now as overdue, a.session_id
      from waymark.actions a
     where a.state = 'running'
       and a.deadline <= case when v_orphaned then 'infinity' else v_now end
       and (a.deadline <= v_now
            or not exists (select from waymark.sessions s where s.session_id = a.session_id and s.expires_at > v_now))
     limit greatest(p_batch, 0)
       for update skip locked
  )
  select array_agg(d.run_id order by d.run_id, d.action_id), array_agg(d.action_id order by d.run_id, d.action_id),
         array_agg(d.fencing_token order by d.run_id, d.action_id),
         array_agg(case when d.overdue then 'timed_out' else 'lost' end order by d.run_id, d.action_id),
         array_agg(case when not d.overdue then to_jsonb(format('the lease of session %s expired', d.session_id)) end
                   order by d.run_id, d.action_id),
         count(*)
    into v_run_ids, v_action_ids, v_tokens, v_outcomes, v_reasons, v_count
    from doomed d;
  if v_count > 0 then
    select a.p_events into v_events
      from waymark._accept_results(v_now, v_run_ids, v_action_ids, v_tokens, v_outcomes, v_reasons,
                                   array_fill(null::bigint, array[v_count])) a;
    perform waymark._advance(null, 0, '{}', null, false, v_events, v_now);
    perform waymark._wake_hungry();
  end if;
  perform waymark._expire_actions(v_now, p_batch);
  if v_orphaned then
    -- Not while a turn of it, which began in time, is under way: what that claims must have a session (_require_session). First locked, then looked at.
    v_expired := array(select s.session_id from waymark.sessions s where s.expires_at <= v_now);
    v_expired := array(select i from unnest(v_expired) i where pg_try_advisory_xact_lock(2002875757, (i % 2147483647)::int));
    delete from waymark.sessions s
     where s.session_id in (
        select o.session_id from waymark.sessions o
         where o.session_id = any (v_expired) and not exists (select from waymark.actions a where a.state = 'running' and a.session_id = o.session_id)
           for update skip locked);
  end if;
  return v_count;
end
$$;
comment on function waymark.reclaim(int) is 'Offers again what expired sessions and overdue attempts left; at most so many at once.';
