-- The hot path: one round trip and one commit hand in results, advance runs and hand out actions (the map is sql/README.md).
--   1. accept results            _accept_results      actions -> history; joins counted down; tasks locked
--   2. due timers, ready tasks   _due_events, _ready_events, _ready_branches
--   3. step, write, claim        _advance
-- Plans are pinned to index probes: they are cached, often while the hot tables are empty, and must stay right when those have grown.
-- Locks, in this order: actions, tasks, timers, runs, queue_shares, sessions; rows of one table in key order or skip locked. SQLSTATEs: WM206, WM401.
create or replace function waymark.turn(
  p_session bigint, p_capacity int, p_queues text[], p_resting boolean, p_isolate boolean,
  p_run_ids uuid[], p_action_ids bigint[], p_fencing_tokens bigint[], p_outcomes text[], p_values jsonb[], p_run_us bigint[])
returns setof waymark.turn_row
language plpgsql security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  c_batch constant int := 1000;
  c_outcomes constant text[] := array['succeeded', 'failed', 'timed_out', 'lost', 'released'];
  v_now timestamptz := waymark._now();
  v_session waymark.sessions := waymark._require_session(p_session, v_now);
  v_limits waymark.queues[] := case when v_session.limited then array(select q from waymark.queues q where q.queue = any (p_queues)) end;
  v_whole boolean := coalesce(current_setting('waymark.scans', true), '') = '';
  v_more boolean := false;
  v_due_in_ms bigint;
  v_capacity int := least(greatest(p_capacity, 0), 10000);
  v_limit int := least(v_capacity, c_batch);
  v_events waymark.task_event[] := array[]::waymark.task_event[];
  v_handed_in int := 0;
  v_ready waymark.task_event[] := array[]::waymark.task_event[];
  v_branches boolean;
  v_rejected int[] := array[]::int[];
  v_handed_out bigint := 0;
begin
  if cardinality(p_run_ids) > 0 then
    if (p_outcomes <@ c_outcomes and cardinality(p_action_ids) = cardinality(p_run_ids) and cardinality(p_fencing_tokens) = cardinality(p_run_ids)
        and cardinality(p_outcomes) = cardinality(p_run_ids) and cardinality(p_values) = cardinality(p_run_ids)) is not true
    then
      raise exception using errcode = 'WM206', message = 'the results of a turn are malformed',
        hint = format('The arrays are parallel; outcomes are %s.', array_to_string(c_outcomes, ', '));
    end if;
    select a.p_events, a.p_rejected into v_events, v_rejected
      from waymark._accept_results(v_now, p_run_ids, p_action_ids, p_fencing_tokens, p_outcomes, p_values, p_run_us) a;
    return query
      select 'rejected', p_run_ids[r], p_action_ids[r], p_fencing_tokens[r], null::int, null::text, null::jsonb, null::int, null::bigint, null::boolean, null::jsonb
        from unnest(v_rejected) r;
  end if;
  v_handed_in := cardinality(v_events);
  v_events := waymark._due_events(v_events, v_now, c_batch);
  v_branches := exists (select from waymark.tasks t where t.state = 'ready' and t.task_no > 0 and t.paused is null);
  if v_limit > 0 then
    v_ready := waymark._ready_events(v_limit);
    -- A session does not wait before a turn without results has scanned all, and found nothing (_remember_scan).
    if not v_whole and cardinality(v_ready) = 0 and cardinality(p_run_ids) = 0 then
      perform set_config('waymark.scans', '', false);
      v_whole := true;
      v_ready := waymark._ready_events(v_limit);
    end if;
    if v_branches then
      v_ready := v_ready || waymark._ready_branches(c_batch);
    end if;
  end if;
  if cardinality(v_limits) > 0 then
    return query select * from waymark._advance_limited(p_session, v_capacity, p_queues, p_isolate, v_limits, v_events || v_ready, v_now);
    get diagnostics v_handed_out = row_count;
    select l.p_more, l.p_due_in_ms into v_more, v_due_in_ms from waymark._limits_left(v_limits, v_capacity > 0 and v_handed_out = v_capacity, v_now) l;
  else
    return query select * from waymark._advance(p_session, v_capacity, p_queues, null, p_isolate, v_events || v_ready, v_now);
    get diagnostics v_handed_out = row_count;
  end if;
  -- Waits for work from now on, or no longer: written only when it changes.
  if v_session.hungry <> (v_handed_out = 0 and (v_session.hungry or p_resting and v_capacity > 0)) then
    update waymark.sessions set hungry = not v_session.hungry where session_id = p_session;
  end if;
  return query
    select 'summary', null::uuid, null::bigint, null::bigint, null::int, null::text, null::jsonb, null::int,
           least(v_due_in_ms, (select greatest(0, ceil(extract(epoch from t.due_at - v_now) * 1000))::bigint from waymark.timers t where t.due_at < 'infinity'
             order by t.due_at limit 1)),
           cardinality(v_ready) >= v_limit and v_limit > 0 or cardinality(v_events) - v_handed_in = c_batch or v_branches or v_more
             or not v_whole and v_handed_out = 0 and cardinality(p_run_ids) = 0 and v_limit > 0, null::jsonb;
end
$$;
comment on function waymark.turn(bigint, int, text[], boolean, boolean, uuid[], bigint[], bigint[], text[], jsonb[], bigint[]) is
  'Hands in results, advances runs and hands out actions, in one commit.';
