-- What this transaction's scans of an index have cost until now: entries passed over, and pages, as fifty of them each.
create or replace function waymark._scan_cost(p_index regclass) returns bigint
language sql volatile as $$
  select pg_stat_get_xact_tuples_returned(p_index) + 50 * pg_stat_get_xact_blocks_fetched(p_index)
$$;
comment on function waymark._scan_cost(regclass) is 'What scans of an index have cost in this transaction.';
