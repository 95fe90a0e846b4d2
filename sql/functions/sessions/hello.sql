-- Daemon and SDK ask before anything else, on every connection; whoever this engine was not made for is refused in words. The engine speaks the API versions
-- c_oldest to c_newest, the caller p_min to p_max; the newest that both speak is the answer. docs/upgrade.md states the window.
-- SQLSTATEs: WM402.
create or replace function waymark.hello(p_min int, p_max int) returns int
language plpgsql stable security definer set search_path = '' as $$
declare
  c_oldest constant int := 1;
  c_newest constant int := 1;
begin
  if p_min is null or p_max is null or c_newest < p_min or p_max < c_oldest then
    raise exception using errcode = 'WM402',
      message = format('this database has version %s of the Waymark engine, which is %s than its caller knows (%s to %s)',
                       c_newest, case when c_newest < p_min then 'older' else 'newer' end, p_min, p_max),
      detail = format('The engine serves callers of the versions %s to %s.', c_oldest, c_newest),
      hint = case when c_newest < p_min then 'Upgrade the engine: waymark db upgrade.'
                  else 'Upgrade the waymark package on this host, and start its workers again.' end;
  end if;
  return least(c_newest, p_max);
end
$$;
comment on function waymark.hello(int, int) is 'The newest API version that engine and caller speak, or a refusal.';
