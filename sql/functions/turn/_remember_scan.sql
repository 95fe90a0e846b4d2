-- After a scan of what is ready, of p_of, that had much to pass over. What was ready before stays in the index until Postgres removes it: in whole pages until
-- the next vacuum, and all of it while a snapshot is held. Each scan from the beginning passes over that. So those of the next hundred times as long, at least
-- a tenth of a second and at most ten, begin where the last that was remembered found the first (p_first, null: none) or ended (p_before), or a tenth of a second
-- ago. What is committed later than that, or has a higher priority, waits so long on a busy session; one that has
-- free slots and nothing to do scans all before it waits (turn).
create or replace function waymark._remember_scan(p_of text, p_began timestamptz, p_first timestamp, p_before timestamp) returns void
language plpgsql as $$
declare
  v_scans jsonb := coalesce(nullif(current_setting('waymark.scans', true), ''), '{}')::jsonb;
  v_until timestamptz := (v_scans #>> array[p_of, '0'])::timestamptz;
  v_now timestamptz := clock_timestamp();
begin
  if v_until is null or v_until <= v_now then
    v_until := v_now + least(greatest(100 * (v_now - p_began), interval '100 milliseconds'), interval '10 seconds');
  end if;
  perform set_config('waymark.scans', (v_scans || jsonb_build_object(
    p_of, jsonb_build_array(v_until, least(p_first, p_before, (waymark._now() at time zone 'UTC') - interval '100 milliseconds'))))::text, false);
end
$$;
comment on function waymark._remember_scan(text, timestamptz, timestamp, timestamp) is 'Remembers where a scan of what is ready found the first.';
