-- _advance for a session that serves queues with limits. What tasks create there is claimed on create as far as a share of the queue allows; the rest is inserted
-- as ready, as in a queue that the session does not serve, and claimed afterwards, from all shares. Where such work has waited for a second nothing new goes before it, and half
-- of the capacity is kept for it; what the limits leave of that is topped up.
create or replace function waymark._advance_limited(
  p_session bigint, p_capacity int, p_queues text[], p_isolate boolean, p_limits waymark.queues[], p_events waymark.task_event[], p_now timestamptz)
returns setof waymark.turn_row
language plpgsql as $$
declare
  v_open text[] := array(select q from unnest(p_queues) q where q <> all (array(select l.queue from unnest(p_limits) l)));
  v_fresh waymark.queues[] := array(
    select l from unnest(p_limits) l
     where not waymark._is_ready(l.queue, (p_now at time zone 'UTC') - interval '1 second'));
  v_waiting boolean := cardinality(v_fresh) < cardinality(p_limits);
  v_room int := p_capacity;
  v_share int;
  v_count int;
begin
  if v_waiting then
    v_room := (v_room + (random() < 0.5)::int) / 2;
  end if;
  -- The limited queues of which nothing waits, and the others, have equal parts of what is created.
  v_share := case when v_open = '{}' then v_room else (v_room + (random() < 0.5)::int) / 2 end;
  return query select * from waymark._advance(p_session, v_room, v_open, waymark._take_shares(v_fresh, v_share, p_now), p_isolate, p_events, p_now);
  get diagnostics v_count = row_count;
  v_room := p_capacity - v_count;
  if v_room > 0 then
    return query select * from waymark._claim_limited(p_session, p_limits, v_room, p_now);
    get diagnostics v_count = row_count;
    v_room := v_room - v_count;
  end if;
  if v_room > 0 and v_open <> '{}' then
    return query select * from waymark._claim_actions(p_session, v_open, v_room, 'infinity', p_now, null);
  end if;
end
$$;
comment on function waymark._advance_limited(bigint, int, text[], boolean, waymark.queues[], waymark.task_event[], timestamptz) is
  'Steps tasks and hands out actions, within the limits of queues.';
