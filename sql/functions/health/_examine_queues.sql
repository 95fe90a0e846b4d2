-- Queues with ready work: who serves each, and for how long the next in line has waited. A probe of the index for each queue, whatever is in it.
create or replace function waymark._examine_queues(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
declare
  c_patience constant interval := interval '1 minute';
  v_alive boolean := exists (select from waymark.sessions s where s.expires_at > p_now);
  v_longest interval;
begin
  return query
    with recursive queues as (
      (select a.queue from waymark.actions a where a.state = 'ready' order by a.queue limit 1)
      union all
      select (select a.queue from waymark.actions a where a.state = 'ready' and a.queue > q.queue order by a.queue limit 1)
        from queues q where q.queue is not null
    ), waiting as (
      select q.queue, h.ready_at, waymark._why_idle(q.queue) as idle, waymark._why_limited(q.queue, p_now) as limited
        from queues q
       cross join lateral (
          select a.ready_at from waymark.actions a where a.state = 'ready' and a.queue = q.queue
           order by (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' limit 1) h
       limit 1000
    )
    select 'queues', case when w.idle is null then 'warning' else 'failure' end,
           format('the next action of queue "%s" has waited since %s%s', w.queue, to_char(w.ready_at, 'YYYY-MM-DD HH24:MI:SS'),
                  coalesce(' for ' || w.idle, ': the queue is at ' || w.limited, '')),
           case when not v_alive then 'Start workers: start-workers.' when w.idle is not null then format('Start workers that serve it: start-workers --queues %s.', w.queue)
                when w.limited is not null then 'If that is not meant, raise the limit: waymark queue set.'
                else 'The workers are busy: start more, or raise WAYMARK_CONCURRENT_PER_WORKER.' end
      from waiting w where w.idle is not null or w.ready_at < p_now - c_patience;
  if not found then
    select p_now - min(a.ready_at) into v_longest
      from (select a.ready_at from waymark.actions a where a.state = 'ready' limit 10000) a;
    return next row('queues', 'ok', coalesce(format('ready actions wait, for %s s at most', round(extract(epoch from v_longest), 1)), 'no action waits'), null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_queues(timestamptz) is 'Examines the queues that have ready work.';
