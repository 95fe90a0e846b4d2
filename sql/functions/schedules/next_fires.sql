-- The next times of a schedule's plan, without jitter: those from now on that a paused one would have; none of one that has ended.
-- Reads only. SQLSTATEs: WM205 the count, WM214.
create or replace function waymark.next_fires(p_name text, p_count int default 1) returns setof timestamptz
language plpgsql stable security definer set search_path = '' as $$
declare
  v_schedule waymark.schedules;
  v_fire timestamptz;
begin
  if not coalesce(p_count between 1 and 1000, false) then
    perform waymark._raise('WM205', format('p_count is %s', coalesce(p_count::text, 'null')), 'p_count', 'Ask for 1 to 1000 times.');
  end if;
  select * into v_schedule from waymark.schedules s where s.name = p_name;
  if not found then
    perform waymark._raise('WM214', format('there is no schedule %s', coalesce(quote_literal(left(p_name, 200)), 'null')));
  end if;
  v_fire := case when v_schedule.state = 'paused' then waymark._next_time(v_schedule, waymark._now()) else v_schedule.fire_at end;
  for i in 1..least(p_count, v_schedule.max_runs - v_schedule.runs_started) loop
    exit when v_fire is null;
    return next v_fire;
    v_fire := waymark._next_time(v_schedule, v_fire);
  end loop;
end
$$;
comment on function waymark.next_fires(text, int) is 'The next times of a schedule''s plan.';
