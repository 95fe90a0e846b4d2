-- Dead rows of the hot tables against a budget: claims and timers are index probes that pass over dead entries, so they slow down with them. Between two visits of
-- autovacuum, a minute, a busy engine leaves a million or two; more means that vacuum does not come, or may not remove them.
create or replace function waymark._examine_bloat(p_budget bigint) returns setof waymark.finding
language plpgsql stable as $$
declare
  c_hot constant text[] := array['tasks', 'actions', 'timers', 'pages', 'sessions', 'queue_shares'];
begin
  return query
    select 'bloat', case when s.n_dead_tup > 10 * p_budget then 'failure' else 'warning' end,
           format('waymark.%s has %s dead rows beside %s live ones (%s); vacuumed last: %s', s.relname, s.n_dead_tup, s.n_live_tup,
                  pg_size_pretty(pg_table_size(s.relid)), coalesce(to_char(greatest(s.last_vacuum, s.last_autovacuum), 'YYYY-MM-DD HH24:MI:SS'), 'never')),
           format('If a snapshot is old (see snapshots), end it; then: vacuum waymark.%s', s.relname)
      from pg_stat_user_tables s
     where s.schemaname = 'waymark' and s.relname = any (c_hot) and s.n_dead_tup > p_budget + 2 * s.n_live_tup
    union all
    select 'bloat', 'failure', format('autovacuum is switched off for waymark.%s', c.relname), format('alter table waymark.%s reset (autovacuum_enabled)', c.relname)
      from pg_class c where c.relnamespace = 'waymark'::regnamespace and c.relname = any (c_hot)
       and exists (select from pg_options_to_table(c.reloptions) o where o.option_name = 'autovacuum_enabled' and not o.option_value::boolean);
  if not found then
    return next row('bloat', 'ok', (
      select 'dead rows: ' || string_agg(format('%s %s', s.relname, s.n_dead_tup), ', ' order by s.relname)
        from pg_stat_user_tables s where s.schemaname = 'waymark' and s.relname = any (c_hot)), null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_bloat(bigint) is 'Examines dead rows of the hot tables.';
