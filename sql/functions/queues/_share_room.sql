-- How many of the actions wanted a share of a queue lets begin now; with the share, its rate brought up to date by the caller, and counted if need be.
-- What runs is counted when less than is wanted seems to be left, and less than a quarter of the share. Volatile: it must count the actions as of now, when
-- the share is locked, not as of the statement that locked it.
create or replace function waymark._share_room(p_share waymark.queue_shares, p_wanted int) returns waymark.share_room
language plpgsql volatile as $$
declare
  v_room int := p_wanted;
begin
  if p_share.concurrency is not null then
    if p_share.booked is null or p_share.booked + greatest(least(p_wanted, p_share.concurrency / 4), 1) > p_share.concurrency then
      select count(*), coalesce(min(a.claimed_at), 'infinity') into p_share.booked, p_share.counted_from from waymark.actions a
       where a.queue = p_share.queue and a.share is not null and a.share = any (array(select generate_series(p_share.share, 15, p_share.shares)::smallint))
         and a.claimed_at >= p_share.counted_from;
    end if;
    v_room := least(v_room, p_share.concurrency - p_share.booked);
  end if;
  if p_share.rate is not null then
    v_room := least(v_room, p_share.rate - (select sum(u) from unnest(p_share.used) u));
  end if;
  return row(p_share, greatest(v_room, 0))::waymark.share_room;
end
$$;
comment on function waymark._share_room(waymark.queue_shares, int) is 'How many actions a share of a limited queue lets begin.';
