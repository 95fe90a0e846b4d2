-- Starts a run for each time of a schedule's plan from p_from on and before p_to, whatever its state and its limits say; answers them in order. A time that has a
-- run already, which firing or another backfill has started, is answered with that.
-- Locks: the schedule. SQLSTATEs: WM205 the range, more than 1,000 times; WM214; WM202, WM203 the workflow takes other arguments now.
create or replace function waymark.backfill_schedule(p_name text, p_from timestamptz, p_to timestamptz) returns uuid[]
language plpgsql security definer set search_path = '' as $$
declare
  c_times constant int := 1000;
  v_schedule waymark.schedules := waymark._lock_schedule(p_name);
  v_planned waymark.schedules := v_schedule;
  v_fire timestamptz;
  v_skip waymark.skip;
  v_times timestamptz[] := array[]::timestamptz[];
  v_known int;
begin
  if not coalesce(p_from >= '0001-01-01 00:00:00Z' and p_to <= waymark._now() and p_from < p_to, false) then
    perform waymark._raise('WM205', format('the schedule cannot be filled from %s to %s', coalesce(p_from::text, 'null'), coalesce(p_to::text, 'null')),
      '', 'Give a range that ends after its beginning, and not in the future.');
  end if;
  v_planned.created_at := coalesce(v_schedule.start_at, v_schedule.created_at);  -- what an interval is counted from
  v_planned.start_at := null;
  v_planned.end_at := p_to;
  v_fire := waymark._next_time(v_planned, p_from - interval '1 microsecond');
  while v_fire is not null and cardinality(v_times) < c_times loop
    v_times := v_times || v_fire;
    v_fire := waymark._next_time(v_planned, v_fire);
  end loop;
  if v_fire is not null then
    v_skip := waymark._skip_times(v_planned, v_fire, p_to, null);
    perform waymark._raise('WM205', format('the schedule has %s times from %s to %s', c_times + v_skip.times, p_from, p_to), '',
      format('At most %s are started at once: fill smaller ranges, one after the other.', c_times));
  end if;
  select count(*) into v_known from unnest(v_times) t join waymark.runs r on r.workflow = v_schedule.workflow
    and r.idempotency_key = waymark._fire_key(v_schedule.name, t);
  update waymark.schedules s set runs_triggered = s.runs_triggered + cardinality(v_times) - v_known where s.name = p_name;
  return waymark._start_times(v_schedule, v_times);
end
$$;
comment on function waymark.backfill_schedule(text, timestamptz, timestamptz) is 'Starts the runs of a schedule for a range of time.';
