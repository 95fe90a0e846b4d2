-- Daemon and SDK ask before anything else; an engine they were not made for refuses in words.
-- SQLSTATEs: WM402.
create or replace function waymark.hello(p_min int, p_max int) returns int
language plpgsql stable security definer set search_path = '' as $$
declare
  c_version constant int := 1;
begin
  if p_min is null or p_max is null or c_version < p_min or c_version > p_max then
    raise exception using errcode = 'WM402',
      message = format('this database has version %s of the Waymark engine, the caller speaks %s to %s', c_version, p_min, p_max),
      hint = case when c_version < p_min then 'Upgrade the engine: waymark db upgrade.' else 'Upgrade the waymark package on this host.' end;
  end if;
  return c_version;
end
$$;
comment on function waymark.hello(int, int) is 'The API version of the engine, or a refusal when it is outside the caller''s window.';
