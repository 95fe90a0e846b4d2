-- How many shares the limits of a queue are dealt out to: each has something of each limit.
create or replace function waymark._share_count(p_limits waymark.queues) returns int
language sql immutable as $$
  select greatest(1, least(16, p_limits.concurrency, p_limits.rate))
$$;
comment on function waymark._share_count(waymark.queues) is 'How many shares the limits of a queue are dealt out to.';
