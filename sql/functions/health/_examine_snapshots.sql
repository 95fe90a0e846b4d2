-- Who holds old snapshots: until they are gone, vacuum removes no row that died since. A session that has written holds one by its transaction id, too.
-- Postgres shows name and age to everybody, but for how long to pg_read_all_stats only. Not listed: autovacuum, which holds nobody up.
create or replace function waymark._examine_snapshots(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
begin
  return query
    with holders as (
      select format('session %s (%s of %s%s)', a.pid, coalesce(nullif(a.application_name, ''), 'no name'), a.usename, ', ' || a.state) as name,
             greatest(age(a.backend_xmin), age(a.backend_xid)) as transactions, extract(epoch from p_now - a.xact_start) / 60 as minutes,
             format('End it: select pg_terminate_backend(%s). idle_in_transaction_session_timeout ends idle ones by itself.', a.pid) as hint
        from pg_stat_activity a
       where (a.datid is null or a.datname = current_database()) and a.usesysid is not null and a.pid <> pg_backend_pid()
         and num_nonnulls(a.backend_xmin, a.backend_xid) > 0
      union all
      select format('prepared transaction %L of %s', x.gid, x.owner), age(x.transaction), extract(epoch from p_now - x.prepared) / 60,
             format('End it: rollback prepared %L, or commit it.', x.gid)
        from pg_prepared_xacts x where x.database = current_database()
      union all
      select format('replication slot %L', s.slot_name), greatest(age(s.xmin), age(s.catalog_xmin)), null,
             format('If nobody reads it any more: select pg_drop_replication_slot(%L).', s.slot_name)
        from pg_replication_slots s where num_nonnulls(s.xmin, s.catalog_xmin) > 0
    ), judged as (
      select h.*, case when h.minutes >= 30 or h.transactions >= 5000000 then 'failure'
                       when h.minutes >= 5 or h.transactions >= 500000 then 'warning' else 'ok' end as status,
             row_number() over (order by h.transactions desc, h.minutes desc nulls last) as place
        from holders h
    )
    select 'snapshots', j.status, format('%s holds a snapshot from %s transactions%s ago', j.name, j.transactions, ' and ' || round(j.minutes) || ' minutes'),
           case when j.status <> 'ok' then j.hint end
      from judged j where j.place = 1 or j.place <= 5 and j.status <> 'ok' order by j.place;
  if not found then
    return next row('snapshots', 'ok', 'nobody holds a snapshot', null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_snapshots(timestamptz) is 'Examines who holds old snapshots.';
