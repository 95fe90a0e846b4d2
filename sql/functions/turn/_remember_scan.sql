-- After a whole scan of what is ready. While a snapshot is held, the entries of what was ready before stay in the index, and each scan passes over all of them.
-- So where this one passed over more than a thousand, those of the next forty times as long, at most ten seconds, begin where it found the first, or a tenth of a
-- second ago. What is committed later than that, or has a higher priority, waits so long on a busy session; a turn without results, as a daemon makes that has
-- free slots and nothing to do, scans as a whole (turn).
create or replace function waymark._remember_scan(p_scan text, p_passed bigint, p_began timestamptz, p_first timestamp) returns void
language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
  v_until timestamptz := v_now + least(40 * (v_now - p_began), interval '10 seconds');
begin
  if p_passed > 1000 then
    perform set_config('waymark.' || p_scan,
      format('%s|%s', v_until, least(p_first, (waymark._now() at time zone 'UTC') - interval '100 milliseconds')), false);
  end if;
end
$$;
comment on function waymark._remember_scan(text, bigint, timestamptz, timestamp) is
  'Remembers where a scan of what is ready found the first, if it passed over much.';
