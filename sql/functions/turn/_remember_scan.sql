-- After a scan of all that is ready which passed over more than a thousand entries of what is no longer. While a snapshot is held they stay in the index, and each scan
-- passes over all of them. So those of the next forty times as long, at most ten seconds, begin where this one found the first, or a tenth of a
-- second ago. What is committed later than that, or has a higher priority, waits so long on a busy session; a turn without results, as a daemon makes that has
-- free slots and nothing to do, scans all (turn).
create or replace function waymark._remember_scan(p_scan text, p_began timestamptz, p_first timestamp) returns void
language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
  v_until timestamptz := v_now + least(40 * (v_now - p_began), interval '10 seconds');
begin
  perform set_config('waymark.' || p_scan, format('%s|%s', v_until, least(p_first, (waymark._now() at time zone 'UTC') - interval '100 milliseconds')), false);
end
$$;
comment on function waymark._remember_scan(text, timestamptz, timestamp) is 'Remembers where a scan of what is ready found the first.';
