-- The orderly end of a session: what it still runs is offered again without counting an attempt, and the session is gone. What is named is kept, and the session
-- with it, retired: it claims no more; it is closed again, naming less, until it is gone.
-- Null: a turn of the session is under way, so nothing is done; ask again. A turn that comes later is refused, so a daemon whose connection broke during a turn
-- may close its session, naming all that it knows of: claims of which no answer told it are given back at once.
-- Locks, in order: actions, tasks, runs (see sql/README.md), then its row of sessions.
create or replace function waymark.close_session(p_session bigint, p_kept_run_ids uuid[] default '{}', p_kept_action_ids bigint[] default '{}') returns int
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_now timestamptz := waymark._now();
  v_run_ids uuid[];
  v_action_ids bigint[];
  v_tokens bigint[];
  v_count int;
begin
  if not pg_try_advisory_xact_lock(2002875757, (p_session % 2147483647)::int) then
    return null;
  end if;
  select array_agg(a.run_id order by a.run_id, a.action_id), array_agg(a.action_id order by a.run_id, a.action_id),
         array_agg(a.fencing_token order by a.run_id, a.action_id), count(*)
    into v_run_ids, v_action_ids, v_tokens, v_count
    from waymark.actions a
   where a.state = 'running' and a.session_id = p_session
     and (a.run_id, a.action_id) not in (select k.run_id, k.action_id from unnest(p_kept_run_ids, p_kept_action_ids) as k (run_id, action_id));
  if v_count > 0 then
    perform waymark._accept_results(v_now, v_run_ids, v_action_ids, v_tokens, array_fill('released'::text, array[v_count]),
                                    array_fill(null::jsonb, array[v_count]), array_fill(null::bigint, array[v_count]));
    perform waymark._wake_hungry();
  end if;
  if cardinality(p_kept_run_ids) > 0 then
    update waymark.sessions set retired = true, hungry = false where session_id = p_session and not retired;
  else
    delete from waymark.sessions where session_id = p_session;
  end if;
  return v_count;
end
$$;
comment on function waymark.close_session(bigint, uuid[], bigint[]) is 'Ends a session and gives back what it still runs, but for what is named.';
