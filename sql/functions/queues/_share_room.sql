-- How many actions a share of a queue, its rate brought up to date, lets begin now.
-- Volatile: it must count the actions as of now, when the share is locked, not as of the statement that locked it.
create or replace function waymark._share_room(p_share waymark.queue_shares) returns int
language plpgsql volatile as $$
declare
  v_room int;
begin
  if p_share.concurrency is not null then
    select p_share.concurrency - count(*) into v_room from waymark.actions a
     where a.queue = p_share.queue and a.share is not null and a.share = any (array(select generate_series(p_share.share, 15, p_share.shares)::smallint));
  end if;
  if p_share.rate is not null then
    v_room := least(v_room, p_share.rate - (select sum(u) from unnest(p_share.used) u));
  end if;
  return v_room;
end
$$;
comment on function waymark._share_room(waymark.queue_shares) is 'How many actions a share of a limited queue lets begin.';
