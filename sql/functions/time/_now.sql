-- The engine clock, and the only reader of the database's clock. A session may move it (waymark.clock_offset, an interval),
-- so that a test lives a year in milliseconds. Clients' and daemons' clocks are never used.
create or replace function waymark._now() returns timestamptz
language plpgsql volatile parallel safe as $$
begin
  return clock_timestamp() + coalesce(nullif(current_setting('waymark.clock_offset', true), '')::interval, interval '0');
end
$$;
comment on function waymark._now() is 'The engine clock.';
