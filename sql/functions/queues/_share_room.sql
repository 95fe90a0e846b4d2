-- How many actions a share of a queue lets begin now, and what it has used of its rate by the clock. A clock that goes back stands still.
-- Volatile: it must count the actions as of now, when the share is locked, not as of the statement that locked it.
create or replace function waymark._share_room(p_share waymark.queue_shares, p_seconds double precision, p_now timestamptz, out p_room int, out p_rated waymark.queue_shares)
language plpgsql volatile as $$
declare
  v_step bigint;
begin
  p_rated := p_share;
  if p_share.concurrency is not null then
    select p_share.concurrency - count(*) into p_room from waymark.actions a
     where a.queue = p_share.queue and a.share is not null and a.share = any (array(select generate_series(p_share.share, 15, p_share.shares)::smallint));
  end if;
  if p_share.rate is not null then
    v_step := greatest(p_share.step, floor(extract(epoch from p_now)::double precision * 16 / p_seconds)::bigint);
    p_rated.step := v_step;
    p_rated.used := array_fill(0, array[least(v_step - p_share.step, 17)::int]) || p_share.used[1 : 17 - least(v_step - p_share.step, 17)::int];
    p_room := least(p_room, p_share.rate - (select sum(u) from unnest(p_rated.used) u));
  end if;
end
$$;
comment on function waymark._share_room(waymark.queue_shares, double precision, timestamptz) is 'How many actions a share of a limited queue lets begin.';
