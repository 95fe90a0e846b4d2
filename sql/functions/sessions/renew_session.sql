-- Extends a lease that is still alive. An expired lease is never revived: its work may already be with somebody else.
-- Locks: its row of sessions. SQLSTATEs: WM205.
create or replace function waymark.renew_session(p_session bigint, p_ttl_ms int) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
begin
  perform waymark._check_lease(p_ttl_ms);
  update waymark.sessions set expires_at = v_now + p_ttl_ms * interval '1 millisecond'
   where session_id = p_session and expires_at > v_now;
  return found;
end
$$;
comment on function waymark.renew_session(bigint, int) is 'Extends the lease of a session; false when it was lost.';
