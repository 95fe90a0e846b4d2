-- Whether turns keep up: bodies that are ready, and timers that are due, are taken at once. With no daemon alive there are no turns (_examine_sessions).
create or replace function waymark._examine_turns(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
declare
  c_patience constant interval := interval '1 minute';
begin
  return query
    select 'turns', 'warning', format('%s waits since %s', f.what, to_char(f.since, 'YYYY-MM-DD HH24:MI:SS')),
           'Turns do not keep up: look at the load of the database and into the logs of the daemons; WAYMARK_EXECUTOR_SHARDS gives a daemon more lanes.'
      from (
        (select 'the body of run ' || t.run_id, t.ready_at from waymark.tasks t where t.state = 'ready' and t.task_no = 0 and t.paused is null
          order by (t.ready_at at time zone 'UTC') + t.priority * interval '1 minute' limit 1)
        union all
        (select 'a timer of run ' || m.run_id, m.due_at from waymark.timers m order by m.due_at limit 1)
      ) f(what, since)
     where f.since < p_now - c_patience and exists (select from waymark.sessions s where s.expires_at > p_now);
  if not found then
    return next row('turns', 'ok', 'what is ready or due is taken at once', null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_turns(timestamptz) is 'Examines whether turns keep up.';
