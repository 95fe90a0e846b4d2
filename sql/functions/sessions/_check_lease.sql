-- Refuses a lease that is too short to be renewed in time, or outlives its daemon by far. SQLSTATEs: WM205.
create or replace function waymark._check_lease(p_ttl_ms int) returns void
language plpgsql stable as $$
begin
  if p_ttl_ms is null or p_ttl_ms not between 100 and 3600000 then
    raise exception using errcode = 'WM205', message = format('the lease is %s ms; allowed are 100 to 3600000', coalesce(p_ttl_ms::text, 'null'));
  end if;
end
$$;
comment on function waymark._check_lease(int) is 'Refuses a lease that is too short or too long.';
