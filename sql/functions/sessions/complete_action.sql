-- The result of an action, handed in by the transaction that has its effects: both are committed, or neither. What a turn does with a result is done
-- here at once, so nothing is left to a message that could be lost; the worker's own result then comes second and changes nothing.
-- Called last in its transaction: what it locks a turn may wait for. A caller that does not commit is ended by the server.
-- Locks, in order: actions, tasks, runs, sessions. SQLSTATEs: WM403.
create or replace function waymark.complete_action(p_run_id uuid, p_action_id bigint, p_fencing_token bigint, p_value jsonb) returns void
language plpgsql security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_now timestamptz := waymark._now();
  v_events waymark.task_event[];
  v_rejected int[];
begin
  perform set_config('idle_in_transaction_session_timeout', '5s', true);
  select a.p_events, a.p_rejected into v_events, v_rejected
    from waymark._accept_results(v_now, array[p_run_id], array[p_action_id], array[p_fencing_token], array['succeeded'], array[p_value],
                                 array[null::bigint]) a;
  if cardinality(v_rejected) > 0 then
    perform waymark._raise('WM403', format('action %s is no longer claimed under fencing token %s', p_action_id, p_fencing_token),
                           format('run %s', p_run_id), 'Roll back: whoever has the action now does its work.');
  end if;
  -- Each task in its own subtransaction: a body that fails here must not undo what the action did.
  perform waymark._advance(null, 0, '{}', null, true, v_events, v_now);
  perform waymark._wake_hungry();
end
$$;
comment on function waymark.complete_action(uuid, bigint, bigint, jsonb) is 'Hands in the result of an action in the transaction that has its effects.';
