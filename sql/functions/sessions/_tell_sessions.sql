-- Daemons that run what was dropped hear of it: a notification with the number of the session, a hint to call find_unwanted now and not at the next heartbeat.
create or replace function waymark._tell_sessions(p_sessions bigint[]) returns void
language plpgsql as $$
begin
  perform pg_notify('waymark', s::text) from (select distinct unnest(p_sessions) as s) d where s is not null;
end
$$;
comment on function waymark._tell_sessions(bigint[]) is 'Notifies daemons that something they run is no longer wanted.';
