-- Claims ready actions of the served queues in the order of their place: the time since when they are ready, put off by a minute for each level of priority;
-- only those whose place is not after p_before (a time in UTC), so that the condition is a prefix of the index and the scan ends with it. A fresh fencing token with each claim. p_share: see _claim_limited.
-- Locks: actions (skip locked). The limited scan is fenced by "materialized": inlined, a planner could move the limit. An action that was claimed and given
-- back since the statement began has another place; it is left to the next turn. What has run out of time before anybody took it is left to reclaim.
-- _scan_from: not from the beginning of the index each time, while it is full of what was ready before.
create or replace function waymark._claim_actions(
  p_session bigint, p_queues text[], p_room int, p_before timestamp, p_now timestamptz, p_share smallint)
returns setof waymark.turn_row
language plpgsql as $$
declare
  v_began timestamptz := clock_timestamp();
  v_cost bigint := waymark._scan_cost('waymark.actions_ready');
  v_from timestamp := waymark._scan_from(p_queues::text);
  v_rows tid[];
  v_first timestamp;
begin
  with picked as materialized (
    select c.*
      from unnest(p_queues) q(queue)
     cross join lateral (
        select a.ctid as row_id, (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' as place from waymark.actions a
         where a.state = 'ready' and a.queue = q.queue and (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' between v_from and p_before
           and (a.final_deadline is null or a.final_deadline > p_now)
         order by (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' limit p_room for update skip locked) c
     order by c.place limit p_room
  )
  select array_agg(p.row_id), min(p.place) into v_rows, v_first from picked p;
  v_cost := waymark._scan_cost('waymark.actions_ready') - v_cost - coalesce(cardinality(v_rows), 0);
  if v_cost > 1000 then
    perform waymark._remember_scan(p_queues::text, v_began, v_first, p_before);
  end if;
  if v_rows is null then
    return;
  end if;
  return query
  update waymark.actions a
     set state = 'running', session_id = p_session, fencing_token = a.fencing_token + 1, claimed_at = p_now, share = p_share,
         deadline = least(p_now + a.timeout_ms * interval '1 millisecond', a.final_deadline) + interval '10 seconds'
    from unnest(v_rows) p(row_id) where a.ctid = p.row_id
  returning 'action', a.run_id, a.action_id, a.fencing_token, a.attempt, a.name, a.arguments, a.timeout_ms, null::bigint, null::boolean,
            case when num_nonnulls(a.final_deadline, a.details) > 0 then waymark._attempt_context(a.final_deadline, a.details, p_now) end;
end
$$;
comment on function waymark._claim_actions(bigint, text[], int, timestamp, timestamptz, smallint) is
  'Claims ready actions in priority order for a session.';
