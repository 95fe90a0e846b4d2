-- Checks that a time zone is one of IANA's. Postgres takes more: abbreviations, which are offsets and change for no summer (CET, where IANA has a zone of
-- that name), and POSIX rules, which anything with a digit can be (Europe/Berlin2). SQLSTATEs: WM211.
create or replace function waymark._check_zone(p_zone text) returns void
language plpgsql stable as $$
begin
  if upper(p_zone) in ('UTC', 'GMT') then
    return;
  end if;
  if p_zone ~* '^([a-z_/-]+|Etc/GMT([+-]?0|[+-][1-9]|[+-]1[0-2]|-1[34]))$'
     and not exists (select from pg_catalog.pg_timezone_abbrevs a where a.abbrev = upper(p_zone)) then
    perform timestamp '2000-01-01' at time zone p_zone;
    return;
  end if;
  raise invalid_parameter_value;
exception
  when invalid_parameter_value then
    perform waymark._raise('WM211', format('unknown time zone %s', coalesce(quote_literal(left(p_zone, 100)), 'null')), 'zone',
      'Give a name of the IANA database, such as Europe/Berlin or UTC.');
end
$$;
comment on function waymark._check_zone(text) is 'Checks that a time zone is one of the IANA database.';
