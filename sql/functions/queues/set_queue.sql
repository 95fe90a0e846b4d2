-- Sets the limits of a queue, all at once; {} removes them. They hold for what is claimed from now on: what runs is not interrupted, and counts if it was claimed
-- under a limit of concurrency. The lock of the table lets no session be opened meanwhile, which would not know of the limit; those that have expired, which are
-- removed by others, need not.
-- Locks: queues, queue_shares, sessions. SQLSTATEs: WM204, WM205.
create or replace function waymark.set_queue(p_queue text, p_options jsonb) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_limits waymark.queues := waymark._parse_queue_options(p_options);
  v_shares int := waymark._share_count(v_limits);
begin
  if p_queue is null or length(p_queue) not between 1 and 100 then
    raise exception using errcode = 'WM205', message = 'the name of a queue has 1 to 100 characters';
  end if;
  lock table waymark.queues in exclusive mode;
  delete from waymark.queues q where q.queue = p_queue;
  perform from waymark.queue_shares s where s.queue = p_queue order by s.share for update;
  delete from waymark.queue_shares s where s.queue = p_queue and (s.share >= v_shares or num_nonnulls(v_limits.concurrency, v_limits.rate) = 0);
  if num_nonnulls(v_limits.concurrency, v_limits.rate) > 0 then
    insert into waymark.queues (queue, concurrency, rate, seconds) values (p_queue, v_limits.concurrency, v_limits.rate, v_limits.seconds);
    insert into waymark.queue_shares (queue, share, shares, concurrency, rate)
    select p_queue, n, v_shares, v_limits.concurrency / v_shares + (n < v_limits.concurrency % v_shares)::int,
           v_limits.rate / v_shares + (n < v_limits.rate % v_shares)::int
      from generate_series(0, v_shares - 1) n
    on conflict (queue, share) do update
       set shares = excluded.shares, concurrency = excluded.concurrency, booked = null, counted_from = '-infinity', rate = excluded.rate, step = 0, used = excluded.used;
  end if;
  update waymark.sessions s set limited = l.limited
    from (select exists (select from waymark.queues) as limited) l where s.limited <> l.limited and s.expires_at > waymark._now();
  perform waymark._wake_hungry();
end
$$;
comment on function waymark.set_queue(text, jsonb) is 'Limits how many actions of a queue run at once, or begin in an interval.';
