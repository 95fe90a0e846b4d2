-- A daemon opens one session and keeps its lease alive with renew_session. Inserts one row of sessions.
-- SQLSTATEs: WM205.
create or replace function waymark.open_session(p_info jsonb, p_ttl_ms int) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
  v_session bigint;
begin
  if p_ttl_ms is null or p_ttl_ms not between 100 and 3600000 then
    raise exception using errcode = 'WM205', message = format('the lease is %s ms; allowed are 100 to 3600000', p_ttl_ms);
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
