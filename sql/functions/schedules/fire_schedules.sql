-- Fires a batch of the schedules that are due: starts their runs and sets their next times, together or not at all. So a crash loses nothing, and two daemons
-- do not fire the same: what one has in hand is passed over by the other. A run is the only one of its schedule and time by its idempotency key besides.
-- A call is bounded: what it does not get to in a second, or in a thousand runs, is due still.
-- Locks: schedules (skip locked), then what waymark.start locks. A run that is to be cancelled is told so, not locked. SQLSTATEs: WM205.
create or replace function waymark.fire_schedules(p_batch int) returns waymark.firing
language plpgsql security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  c_runs constant int := 1000;
  c_time constant interval := interval '1 second';
  v_now timestamptz := waymark._now();
  v_names text[];
  v_claimed record;
  v_planned waymark.schedule_fires;
  v_schedules waymark.schedules[] := array[]::waymark.schedules[];
  v_starts waymark.schedule_start[] := array[]::waymark.schedule_start[];
begin
  if not coalesce(p_batch between 1 and 1000, false) then
    perform waymark._raise('WM205', format('the batch is %s; allowed are 1 to 1000', coalesce(p_batch::text, 'null')));
  end if;
  v_names := waymark._claim_schedules(p_batch, v_now);
  -- A statement of its own: it sees the runs that daemons have started which had these schedules before.
  for v_claimed in
    select l.schedule, exists (select from waymark.runs r where r.run_id = (l.schedule).last_run_id and r.state = 'live') as is_live
      from unnest(v_names) with ordinality n(name, i)
     cross join lateral (select c as schedule from waymark.schedules c where c.name = n.name offset 0) l order by n.i
  loop
    v_planned := waymark._plan_fires(v_claimed.schedule, v_claimed.is_live, v_now);
    v_schedules := v_schedules || v_planned.schedule;
    v_starts := v_starts || array(
      select row(s.name, s.workflow, s.arguments, s.priority, s.queue, s.tags, t, null, null)::waymark.schedule_start
        from (select (v_planned.schedule).*) s cross join unnest(v_planned.times) t);
    exit when cardinality(v_starts) >= c_runs or waymark._now() > v_now + c_time;
  end loop;
  v_starts := waymark._start_fires(v_starts);
  perform waymark._record_fires(v_schedules, v_starts, v_now);
  return row(
    (select count(run_id) from unnest(v_starts)),
    case when cardinality(v_names) = p_batch or cardinality(v_schedules) < cardinality(v_names) then 0 else waymark._next_due_in(v_now) end)::waymark.firing;
end
$$;
comment on function waymark.fire_schedules(int) is 'Fires a batch of the schedules that are due.';
