-- The caller's lease must be alive; answers the session. Until the caller commits the session is neither closed nor removed: what is claimed under it has a holder.
-- The lock is an advisory one because no row may be written for it: shared by who works for the session, for who ends it alone; the first number is "waym".
-- SQLSTATEs: WM401.
create or replace function waymark._require_session(p_session bigint, p_now timestamptz) returns waymark.sessions
language plpgsql as $$
declare
  v_open boolean := pg_try_advisory_xact_lock_shared(2002875757, (p_session % 2147483647)::int);
  v_session waymark.sessions;
begin
  select * into v_session from waymark.sessions s where s.session_id = p_session and s.expires_at > p_now and not s.retired;
  if not (found and v_open) then
    raise exception using errcode = 'WM401', message = format('session %s is unknown or its lease has expired', p_session),
      hint = 'Open a new session with waymark.open_session and hand in the results again.';
  end if;
  return v_session;
end
$$;
comment on function waymark._require_session(bigint, timestamptz) is 'Checks a session''s lease; answers the session.';
