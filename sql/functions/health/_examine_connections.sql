-- Connections of the whole server against what it allows.
create or replace function waymark._examine_connections() returns setof waymark.finding
language plpgsql stable as $$
declare
  v_used bigint := (select sum(d.numbackends) from pg_stat_database d);
  v_allowed int := current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int;
  v_status text := case when v_used >= v_allowed * 0.95 then 'failure' when v_used >= v_allowed * 0.8 then 'warning' else 'ok' end;
begin
  return next row('connections', v_status, format('%s of %s connections are used', v_used, v_allowed),
                  case when v_status <> 'ok' then 'A daemon has one for each lane and three more, a client process at most 11: raise max_connections, or put a pooler before the clients.'
                  end)::waymark.finding;
end
$$;
comment on function waymark._examine_connections() is 'Examines the number of connections.';
