-- Books what was claimed at p_now of a share that the caller has locked. Writes one row of queue_shares.
create or replace function waymark._spend_share(p_share waymark.queue_shares, p_claimed int, p_now timestamptz) returns void
language sql volatile as $$
  update waymark.queue_shares s
     set booked = p_share.booked + p_claimed, counted_from = least(p_share.counted_from, p_now), step = p_share.step,
         used = case when p_share.rate is null then s.used else array[p_share.used[1] + p_claimed] || p_share.used[2:17] end
   where s.queue = p_share.queue and s.share = p_share.share
$$;
comment on function waymark._spend_share(waymark.queue_shares, int, timestamptz) is 'Books what was claimed of a share.';
