-- The caller's lease must be alive; answers the session. SQLSTATEs: WM401.
create or replace function waymark._require_session(p_session bigint, p_now timestamptz) returns waymark.sessions
language plpgsql stable as $$
declare
  v_session waymark.sessions;
begin
  select * into v_session from waymark.sessions s where s.session_id = p_session and s.expires_at > p_now;
  if not found then
    raise exception using errcode = 'WM401', message = format('session %s is unknown or its lease has expired', p_session),
      hint = 'Open a new session with waymark.open_session and hand in the results again.';
  end if;
  return v_session;
end
$$;
comment on function waymark._require_session(bigint, timestamptz) is 'Checks a session''s lease; answers the session.';
