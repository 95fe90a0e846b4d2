-- The engine's API version, and those of the daemons: several at once are an upgrade that is on its way, or was left half done.
create or replace function waymark._examine_version(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
declare
  v_versions text[];
begin
  select array_agg(distinct coalesce(s.info ->> 'version', 'unknown')) into v_versions from waymark.sessions s where s.expires_at > p_now;
  if cardinality(v_versions) > 1 then
    return next row('version', 'warning', format('daemons of several versions are alive: %s', array_to_string(v_versions, ', ')),
                    'If no upgrade is on its way, upgrade the others: select info from waymark.sessions names their hosts.')::waymark.finding;
  else
    return next row('version', 'ok', format('engine API version %s; daemons: %s', waymark.hello(0, 2147483647),
                    coalesce(v_versions[1], 'none')), null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_version(timestamptz) is 'Examines the versions of engine and daemons.';
