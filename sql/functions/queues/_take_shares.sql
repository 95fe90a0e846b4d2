-- Locks a share of each limited queue, so that what the turn creates there can be inserted already running, as in other queues; and says how much of
-- p_room. Each turn begins with any share, so that all are used, and takes another one where somebody else has it. Locks: queue_shares (skip locked).
create or replace function waymark._take_shares(p_limits waymark.queues[], p_room int, p_now timestamptz) returns waymark.share_room[]
language plpgsql as $$
declare
  v_limits waymark.queues;
  v_share waymark.queue_shares;
  v_first int := random() * 1000;
  v_taken waymark.share_room;
  v_left int := p_room;
  v_shares waymark.share_room[] := array[]::waymark.share_room[];
begin
  for v_limits in select l.* from unnest(p_limits) l order by random() loop
    for v_turn in 0..waymark._share_count(v_limits) - 1 loop
      select * into v_share from waymark.queue_shares s
       where s.queue = v_limits.queue and s.share = (v_first + v_turn) % waymark._share_count(v_limits) for no key update skip locked;
      continue when not found;
      v_taken := waymark._share_room(waymark._rated_share(v_share, v_limits.seconds, p_now), v_left);
      if v_taken.room > 0 then
        v_shares := v_shares || v_taken;
        v_left := v_left - v_taken.room;
      end if;
      exit;
    end loop;
  end loop;
  return v_shares;
end
$$;
comment on function waymark._take_shares(waymark.queues[], int, timestamptz) is 'Locks shares of limited queues for what a turn creates.';
