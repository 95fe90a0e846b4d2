-- At the end of a turn: whether ready work of limited queues is left that the limits would let begin, because a share was somebody else's just now or this
-- session has no room (others are told); and in how many milliseconds a rate will let some begin. p_full: this turn has handed out all that it could, so that
-- the limits are not asked: whoever comes next does.
create or replace function waymark._limits_left(p_limits waymark.queues[], p_full boolean, p_now timestamptz, out p_more boolean, out p_due_in_ms bigint)
language plpgsql volatile as $$
declare
  v_limits waymark.queues;
  v_share waymark.queue_shares;
  v_due double precision;
begin
  p_more := false;
  for v_limits in select l.* from unnest(p_limits) l loop
    continue when not waymark._is_ready(v_limits.queue, 'infinity');
    p_more := p_full;
    exit when p_more;
    for v_share in select s.* from waymark.queue_shares s where s.queue = v_limits.queue loop
      v_share := waymark._rated_share(v_share, v_limits.seconds, p_now);
      p_more := (waymark._share_room(v_share, 1)).room > 0;
      exit when p_more;
      -- The oldest sixteenth in which something began leaves the interval.
      select (v_share.step + 18 - max(u.i)) * v_limits.seconds / 16 into v_due from unnest(v_share.used) with ordinality u(n, i) where u.n > 0;
      p_due_in_ms := least(p_due_in_ms, ceil((v_due - extract(epoch from p_now)::double precision) * 1000)::bigint);
    end loop;
    exit when p_more;
  end loop;
  if p_more then
    perform waymark._wake_hungry();
  end if;
end
$$;
comment on function waymark._limits_left(waymark.queues[], boolean, timestamptz) is 'Whether limits would let more work begin, and when a rate will.';
