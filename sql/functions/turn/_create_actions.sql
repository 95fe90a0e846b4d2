-- Claim on create: the actions that tasks ask for are inserted already running for the calling session, in priority order, up to its room and, of queues with
-- limits, that of its shares; the surplus, and what belongs to queues it does not serve, as ready. What has a concurrency key is put in line for it by its timer.
create or replace function waymark._create_actions(
  p_session bigint, p_queues text[], p_shares waymark.share_room[], p_room int, p_steps waymark.task_step[], p_now timestamptz)
returns setof waymark.turn_row
language plpgsql as $$
declare
  v_wanted bigint;
  v_count bigint;
begin
  return query
  with shares as (
    select (k.share).*, k.room from unnest(p_shares) k
  ), wanted as (
    select s.run_id, s.task_no, s.step_no + 1 as step_no, 0 as slot, ~s.pc as node, s.payload as call, s.priority, s.queue
      from unnest(p_steps) s where s.effect = 'action'
    union all
    select s.run_id, s.task_no, s.step_no + 1, b.ordinality::int - 1, ~s.pc, b.value, s.priority, s.queue
      from unnest(p_steps) s, jsonb_array_elements(s.payload -> 'branches') with ordinality b
     where s.effect = 'fork' or s.effect = 'branches' and b.value ? 'action'
  ), served as (
    select w.*, coalesce(w.call #>> '{policy,queue}', w.queue) as action_queue,
           coalesce(w.call #> '{policy,timeout}', '300') as timeout,
           coalesce(w.call #>> '{policy,queue}', w.queue) = any (p_queues) as free, k.key_id
      from wanted w
     cross join lateral (select waymark._key_id(coalesce(w.call #>> '{policy,queue}', w.queue), w.call #>> '{policy,concurrency_key}') as key_id) k
  ), ranked as (
    select s.*, h.share, h.concurrency, s.key_id is null and (s.free or h.queue is not null)
                           and row_number() over (partition by s.key_id, s.free, h.queue order by s.priority) <= coalesce(h.room, p_room) as claimed
      from served s left join shares h on h.queue = s.action_queue
  ), created as (
    insert into waymark.actions as a (run_id, task_no, step_no, slot, node, name, arguments, policy, timeout_ms, state, priority, queue,
                                      fencing_token, session_id, ready_at, claimed_at, deadline, final_deadline, retry_until, key_id, share)
    select r.run_id, r.task_no, r.step_no, r.slot, r.node, r.call ->> 'action', r.call -> 'args', r.call -> 'policy',
           r.timeout::numeric * 1000, case when r.claimed then 'running' when r.key_id is null then 'ready' else 'backoff' end, r.priority, r.action_queue,
           r.claimed::int, case when r.claimed then p_session end, p_now, case when r.claimed then p_now end,
           case when r.claimed then least(p_now + r.timeout::double precision * interval '1 second', l.final_deadline) + interval '10 seconds' end,
           l.final_deadline, p_now + (r.call #>> '{policy,max_elapsed}')::double precision * interval '1 second', r.key_id,
           case when r.claimed and r.concurrency is not null then r.share end
      from ranked r
     cross join lateral (select p_now + (r.call #>> '{policy,deadline}')::double precision * interval '1 second' as final_deadline) l
    returning a.run_id, a.task_no, a.action_id, a.fencing_token, a.attempt, a.name, a.arguments, a.timeout_ms, a.state, a.queue, a.final_deadline
  ), in_line as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select c.run_id, c.task_no, c.action_id, p_now from created c where c.state = 'backoff'
  ), spent as (  -- as _spend_share does
    update waymark.queue_shares s
       set booked = h.booked + n.claimed, counted_from = least(h.counted_from, p_now), step = h.step,
           used = case when h.rate is null then s.used else array[h.used[1] + n.claimed] || h.used[2:17] end
      from shares h
     cross join lateral (select count(*)::int as claimed from created c where c.queue = h.queue and c.state = 'running' offset 0) n
     where s.queue = h.queue and s.share = h.share and n.claimed > 0
  )
  select 'action', c.run_id, c.action_id, c.fencing_token, c.attempt, c.name, c.arguments, c.timeout_ms, null::bigint, null::boolean,
         case when c.final_deadline is not null then waymark._attempt_context(c.final_deadline, null, p_now) end
    from created c where c.state = 'running';
  get diagnostics v_count = row_count;
  select coalesce(sum(case s.effect when 'action' then 1 else jsonb_array_length(s.payload -> 'branches') end), 0) into v_wanted
    from unnest(p_steps) s where s.effect in ('action', 'fork', 'branches');
  if v_wanted > v_count then
    perform waymark._wake_hungry();
  end if;
end
$$;
comment on function waymark._create_actions(bigint, text[], waymark.share_room[], int, waymark.task_step[], timestamptz) is
  'Inserts the actions that stepped tasks ask for; hands out what the session has room for.';
