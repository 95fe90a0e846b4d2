-- Locks: the schedule. SQLSTATEs: WM214 unknown schedule.
create or replace function waymark._lock_schedule(p_name text) returns waymark.schedules
language plpgsql as $$
declare
  v_schedule waymark.schedules;
begin
  select * into v_schedule from waymark.schedules s where s.name = p_name for update;
  if not found then
    perform waymark._raise('WM214', format('there is no schedule %s', coalesce(quote_literal(left(p_name, 200)), 'null')));
  end if;
  return v_schedule;
end
$$;
comment on function waymark._lock_schedule(text) is 'Locks a schedule and answers it.';
