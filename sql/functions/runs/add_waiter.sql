-- Asks for a notification at the run's end; needless (and not recorded) when it has ended. More than 16 waiters poll instead.
-- Locks: the row of runs. SQLSTATEs: WM205, WM301.
create or replace function waymark.add_waiter(p_run_id uuid, p_waiter text) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_run waymark.runs;
begin
  if p_waiter is null or p_waiter !~ '^[a-z0-9_]{1,40}$' then
    raise exception using errcode = 'WM205', message = 'a waiter is a text that matches ^[a-z0-9_]{1,40}$';
  end if;
  select * into v_run from waymark.runs r where r.run_id = p_run_id for no key update;
  if not found then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  end if;
  if v_run.state = 'live' and coalesce(cardinality(v_run.waiters), 0) < 16 and not p_waiter = any (coalesce(v_run.waiters, '{}')) then
    update waymark.runs set waiters = coalesce(waiters, '{}') || p_waiter where run_id = p_run_id;
  end if;
  return v_run.state;
end
$$;
comment on function waymark.add_waiter(uuid, text) is 'Asks that the end of a run notify the channel waymark_done_<waiter>; returns the run''s state.';
