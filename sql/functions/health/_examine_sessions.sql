-- Daemons and their leases: that some are alive, and that what dead ones have held was taken over.
create or replace function waymark._examine_sessions(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
declare
  c_patience constant interval := interval '1 minute';
  v_alive int := (select count(*) from waymark.sessions s where s.expires_at > p_now);
begin
  if v_alive = 0 then
    return next row('sessions', case when exists (select from waymark.tasks) then 'failure' else 'warning' end,
                    case when exists (select from waymark.tasks) then 'no daemon is alive, and runs wait' else 'no daemon is alive' end,
                    'Start workers: start-workers.')::waymark.finding;
  end if;
  return query
    select 'sessions', 'failure', format('the lease of session %s (pid %s on %s) expired at %s and nobody has taken over', s.session_id,
             coalesce(s.info ->> 'pid', '?'), coalesce(s.info ->> 'host', '?'), to_char(s.expires_at, 'YYYY-MM-DD HH24:MI:SS')),
           case when v_alive = 0 then 'Any daemon takes over: start-workers.' else 'Daemons take over within seconds: look into their logs.' end
      from waymark.sessions s where s.expires_at <= p_now - c_patience order by s.expires_at limit 10;
  return query
    select 'sessions', 'failure', format('attempt %s of action %s of run %s is over its deadline of %s and nobody has ended it', a.attempt, a.name, a.run_id,
             to_char(a.deadline, 'YYYY-MM-DD HH24:MI:SS')),
           case when v_alive = 0 then 'Any daemon does: start-workers.' else 'Daemons do within seconds: look into their logs.' end
      from waymark.actions a where a.state = 'running' and a.deadline <= p_now - c_patience order by a.deadline limit 10;
  if v_alive > 0 and not found and not exists (select from waymark.sessions s where s.expires_at <= p_now - c_patience) then
    return next row('sessions', 'ok', format('daemons alive: %s', v_alive), null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_sessions(timestamptz) is 'Examines daemons and their leases.';
