-- Claims ready actions of limited queues, each within its limits: locks shares, one after another, until there is room for what is wanted. Each turn begins with any
-- share. Locks: queue_shares, actions, both skip locked, so that nobody waits here.
create or replace function waymark._claim_limited(p_session bigint, p_limits waymark.queues[], p_room int, p_now timestamptz) returns setof waymark.turn_row
language plpgsql as $$
declare
  v_limits waymark.queues;
  v_share waymark.queue_shares;
  v_first int := random() * 1000;
  v_shares int;
  v_left int := p_room;
  v_taken waymark.share_room;
  v_count int;
begin
  for v_limits in select l.* from unnest(p_limits) l order by random() loop
    continue when v_left <= 0 or not waymark._is_ready(v_limits.queue, 'infinity');
    v_shares := waymark._share_count(v_limits);
    for v_turn in 0..v_shares - 1 loop
      select * into v_share from waymark.queue_shares s
       where s.queue = v_limits.queue and s.share = (v_first + v_turn) % v_shares for no key update skip locked;
      continue when not found;
      v_taken := waymark._share_room(waymark._rated_share(v_share, v_limits.seconds, p_now), v_left);
      continue when v_taken.room = 0;
      return query select * from waymark._claim_actions(p_session, array[v_limits.queue], v_taken.room, 'infinity', p_now,
                                                        case when v_share.concurrency is not null then v_share.share end);
      get diagnostics v_count = row_count;
      v_left := v_left - v_count;
      if v_count > 0 then
        perform waymark._spend_share(v_taken.share, v_count, p_now);
      end if;
      exit when v_left <= 0 or v_count < v_taken.room;
    end loop;
  end loop;
end
$$;
comment on function waymark._claim_limited(bigint, waymark.queues[], int, timestamptz) is 'Claims ready actions of queues with limits.';
