-- Writes a schedule that the caller has locked, and wakes daemons to see when it is due.
create or replace function waymark._store_schedule(p_schedule waymark.schedules) returns void
language plpgsql as $$
begin
  update waymark.schedules s
     set schedule = p_schedule.schedule, cron = p_schedule.cron, every = p_schedule.every, timezone = p_schedule.timezone,
         arguments = p_schedule.arguments, priority = p_schedule.priority, queue = p_schedule.queue, tags = p_schedule.tags,
         jitter = p_schedule.jitter, overlap = p_schedule.overlap, catch_up = p_schedule.catch_up, catch_up_limit = p_schedule.catch_up_limit,
         start_at = p_schedule.start_at, end_at = p_schedule.end_at, max_runs = p_schedule.max_runs, state = p_schedule.state,
         fire_at = p_schedule.fire_at, due_at = p_schedule.due_at, queued_fire_at = p_schedule.queued_fire_at, fires_skipped = p_schedule.fires_skipped
   where s.name = p_schedule.name;
  perform pg_notify('waymark', 'schedules');
end
$$;
comment on function waymark._store_schedule(waymark.schedules) is 'Writes a schedule and wakes daemons to see when it is due.';
