-- The seconds of a timeout: null for None, 0 for what is over at once. asyncio adds them to the time of its loop first, hence the TypeError of that addition.
-- SQLSTATEs: WM501, WM502, WM503.
create or replace function waymark._check_timeout(p_seconds jsonb) returns jsonb
language plpgsql stable as $$
begin
  if p_seconds <> 'null' then
    perform waymark.py_add('0.0', p_seconds);
  end if;
  return case when p_seconds = 'null' then 'null' else coalesce(waymark._check_sleep(p_seconds) -> 'seconds', '0') end;
end
$$;
comment on function waymark._check_timeout(jsonb) is 'The seconds of a timeout; null for none.';
