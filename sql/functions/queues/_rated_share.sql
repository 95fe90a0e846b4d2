-- A share with what is used of its rate brought up to date: sixteenths that have left the interval are dropped. A clock that goes back stands still.
create or replace function waymark._rated_share(p_share waymark.queue_shares, p_seconds double precision, p_now timestamptz) returns waymark.queue_shares
language plpgsql immutable as $$
declare
  v_step bigint := greatest(p_share.step, floor(extract(epoch from p_now)::double precision * 16 / p_seconds)::bigint);
  v_new int := least(v_step - p_share.step, 17);
begin
  if p_share.rate is not null then
    p_share.step := v_step;
    p_share.used := array_fill(0, array[v_new]) || p_share.used[1 : 17 - v_new];
  end if;
  return p_share;
end
$$;
comment on function waymark._rated_share(waymark.queue_shares, double precision, timestamptz) is 'A share of a limited queue, its rate as of now.';
