-- The limit that a queue is at, or null.
create or replace function waymark._why_limited(p_queue text, p_now timestamptz) returns text
language plpgsql stable as $$
declare
  v_limits waymark.queues;
begin
  select * into v_limits from waymark.queues q where q.queue = p_queue;
  if not found or (select bool_or((waymark._share_room(waymark._rated_share(s, v_limits.seconds, p_now), 1)).room > 0)
                     from waymark.queue_shares s where s.queue = p_queue) then
    return null;
  elsif v_limits.concurrency <= (select count(*) from waymark.actions a where a.queue = p_queue and a.share is not null) then
    return format('its limit of %s at once', v_limits.concurrency);
  end if;
  return format('its rate of %s in %s s', v_limits.rate, v_limits.seconds);
end
$$;
comment on function waymark._why_limited(text, timestamptz) is 'The limit that a queue is at, or null.';
