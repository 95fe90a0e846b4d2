-- Takes the results whose fencing token is live: locks the actions in the order given (key order), appends each attempt to history, removes what has ended, schedules
-- what is tried again, and counts the ended down from the tasks that wait (_complete_joins). p_rejected: positions of the others.
-- An action that is tried again is offered by its timer, even at once: _due_events, which holds the run, knows whether it is paused or has ended.
-- Whatever ends an attempt may free its concurrency key, which a timer tells (_pass_keys).
-- A result counts once: whoever comes second finds no row with that token. A released action goes back without an attempt counted.
-- The lateral subquery, kept apart by "offset 0", makes the plan what it must be under any statistics: in the order of the results, a probe each;
-- the locked rows are then found by their place. The same statement may do so: only a heartbeat or a new priority changes a claimed action without ending the claim, so a row that
-- still has the token is where the statement's snapshot saw it. A result that meets such a change is to be handed in again: a daemon avoids that for its own heartbeats.
-- Its condition says "running" by the session, lest the partial index of running actions look like a way in.
create or replace function waymark._accept_results(
  p_now timestamptz, p_run_ids uuid[], p_action_ids bigint[], p_fencing_tokens bigint[], p_outcomes text[], p_values jsonb[], p_run_us bigint[],
  out p_events waymark.task_event[], out p_rejected int[])
language plpgsql as $$
declare
  v_results waymark.action_result[];
  v_accepted bigint[];
  v_written bigint;
  v_failed waymark.failed_calls[];
begin
  with locked as materialized (
    select a.*, o.position, o.outcome, o.run_us, d.delay,
           case o.outcome when 'succeeded' then coalesce(o.value, 'null') when 'released' then null
                else waymark._attempt_failure(a.row_id, o.outcome, o.value, d.delay is null, p_now) end as value
      from unnest(p_run_ids, p_action_ids, p_fencing_tokens, p_outcomes, p_values, p_run_us) with ordinality
             as o(run_id, action_id, fencing_token, outcome, value, run_us, position)
     cross join lateral (
        select c.*, c.ctid as row_id from waymark.actions c
         where c.run_id = o.run_id and c.action_id = o.action_id and c.fencing_token = o.fencing_token and c.session_id is not null
           for update offset 0) a
     cross join lateral (
        select case o.outcome when 'succeeded' then null when 'released' then 0::double precision
                    else waymark._retry_delay(a.row_id, o.outcome, o.value, p_now) end as delay offset 0) d
  ), recorded as (
    insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, value,
                                         ready_at, claimed_at, ended_at, run_us, session_id)
    select l.run_id, l.task_no, l.step_no, l.slot, l.attempt, l.action_id, l.node, l.name, l.arguments, l.outcome, l.delay is null, l.value,
           l.ready_at, l.claimed_at, p_now, l.run_us, l.session_id
      from locked l where l.outcome <> 'released'
  ), ended as (
    delete from waymark.actions a using locked l where a.ctid = l.row_id and l.delay is null returning 1
  ), again as (
    update waymark.actions a
       set state = 'backoff',
           attempt = a.attempt + (l.outcome <> 'released')::int,
           ready_at = p_now + l.delay * interval '1 second',
           session_id = null, claimed_at = null, deadline = null, share = null
      from locked l where a.ctid = l.row_id and l.delay is not null
    returning 1
  ), backing_off as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select l.run_id, l.task_no, l.action_id, p_now + l.delay * interval '1 second' from locked l where l.delay is not null
    union all
    select l.key_id, -1, -nextval('waymark.numbers'), p_now from locked l where l.key_id is not null
  )
  select array_agg(row(l.run_id, l.task_no, l.step_no, l.slot, l.outcome = 'succeeded', l.value)::waymark.action_result)
           filter (where l.delay is null),
         coalesce(array_agg(l.position), '{}'), (select count(*) from ended) + (select count(*) from again),
         array_agg(row(l.run_id, l.action_id, l.policy)::waymark.failed_calls)
           filter (where l.delay is null and l.outcome <> 'succeeded' and l.policy is not null)
    into v_results, v_accepted, v_written, v_failed
    from locked l;
  if v_written < cardinality(v_accepted) then
    raise exception using errcode = '40001', message = 'the action of a result has changed meanwhile', hint = 'Hand it in again.';
  end if;
  if v_failed is not null then
    insert into waymark.failed_calls select f.* from unnest(v_failed) f;
  end if;
  p_rejected := case when cardinality(v_accepted) = cardinality(p_run_ids) then '{}'
                     else array(select i from generate_subscripts(p_run_ids, 1) i where not i = any (v_accepted)) end;
  p_events := case when v_results is null then '{}' else waymark._complete_joins(v_results) end;
end
$$;
comment on function waymark._accept_results(timestamptz, uuid[], bigint[], bigint[], text[], jsonb[], bigint[]) is
  'Takes results by fencing token, keeps history and schedules retries; answers the tasks that can go on.';
