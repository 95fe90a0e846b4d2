-- Settings on which the promises of the engine rest, as the caller's session has them.
create or replace function waymark._examine_settings() returns setof waymark.finding
language plpgsql stable as $$
begin
  return query
    select 'settings', case when s.fatal then 'failure' else 'warning' end, format('%s is %s', s.name, current_setting(s.name)), s.hint
      from (values
        ('fsync', '{on}'::text[], true, 'A crash of the machine can destroy the database: fsync = on.'),
        ('full_page_writes', '{on}', true, 'A crash of the machine can destroy pages: full_page_writes = on.'),
        ('synchronous_commit', '{on,local,remote_write,remote_apply}', true, 'A crash forgets runs and results that were confirmed: synchronous_commit = on.'),
        ('autovacuum', '{on}', true, 'Dead rows slow every claim: autovacuum = on.'),
        ('track_counts', '{on}', true, 'Autovacuum does not know where to go: track_counts = on.'),
        ('default_transaction_isolation', '{read committed}', true, 'Turns need to see what others have just committed: default_transaction_isolation = ''read committed''.'),
        ('default_transaction_read_only', '{off}', true, 'Nothing can be written: default_transaction_read_only = off, on the primary server.'),
        ('transaction_read_only', '{off}', true, 'Nothing can be written in this transaction; WAYMARK_DATABASE_URL must name the primary server.'),
        ('statement_timeout', '{0}', false, 'A large turn that is cut off is made again in vain: exempt the roles of the workers (alter role … set statement_timeout = 0).'),
        ('idle_in_transaction_session_timeout', null, false, 'A client that forgets its transaction holds back vacuum for good: set it, to ''10min'' for example.')
      ) s(name, allowed, fatal, hint)
     where case when s.allowed is null then current_setting(s.name) = '0' else current_setting(s.name) <> all (s.allowed) end;
  if not found then
    return next row('settings', 'ok', 'the settings fit', null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_settings() is 'Examines the settings on which the engine rests.';
