-- A daemon opens one session and keeps its lease alive with renew_session. Inserts one row of sessions.
-- SQLSTATEs: WM205, WM206.
create or replace function waymark.open_session(p_info jsonb, p_ttl_ms int) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
  v_session bigint;
begin
  perform waymark._check_lease(p_ttl_ms);
  if jsonb_typeof(p_info) <> 'object' then
    raise exception using errcode = 'WM206', message = 'what a session tells of its daemon must be a JSON object';
  end if;
  -- Who sets a first limit now tells the sessions that are there; this one waits and sees it.
  lock table waymark.queues in row share mode;
  insert into waymark.sessions (info, opened_at, expires_at, limited)
  values (coalesce(p_info, '{}'), v_now, v_now + p_ttl_ms * interval '1 millisecond', exists (select from waymark.queues))
  returning session_id into v_session;
  return v_session;
end
$$;
comment on function waymark.open_session(jsonb, int) is 'Opens the session of a daemon and grants its lease.';
