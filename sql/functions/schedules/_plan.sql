-- A schedule with its times found anew: the first after p_after. SQLSTATEs: WM212 there is none.
create or replace function waymark._plan(p_schedule waymark.schedules, p_after timestamptz) returns waymark.schedules
language plpgsql stable as $$
begin
  p_schedule.fire_at := waymark._next_time(p_schedule, p_after);
  if p_schedule.fire_at is null then
    perform waymark._raise('WM212', format('the schedule %L never fires', p_schedule.schedule),
      format('after %s, in %s', greatest(p_after, p_schedule.start_at), p_schedule.timezone) || coalesce(format(', before %s', p_schedule.end_at), ''),
      'Give it a day that its months have, a time that its zone has on that day, and an end after its first time.');
  end if;
  if p_schedule.state = 'ended' then
    p_schedule.state := 'active';
  end if;
  p_schedule.due_at := case when p_schedule.state = 'active' then waymark._due_at(p_schedule, p_schedule.fire_at) end;
  return p_schedule;
end
$$;
comment on function waymark._plan(waymark.schedules, timestamptz) is 'A schedule with its times found anew.';
