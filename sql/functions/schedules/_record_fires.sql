-- Writes schedules, which the caller has locked, with what has become of their starts. A run that is to make way for the next is told to cancel, as one run tells
-- another: by a timer that is due. Inserts into timers.
create or replace function waymark._record_fires(p_schedules waymark.schedules[], p_starts waymark.schedule_start[], p_now timestamptz) returns void
language plpgsql as $$
begin
  with started as materialized (
    select t.name, count(t.run_id) as runs, count(t.error) as failed, max(t.fire_at) filter (where t.run_id is not null) as fire_at,
           (array_agg(t.run_id order by t.fire_at desc) filter (where t.run_id is not null))[1] as run_id,
           (array_agg(t.error order by t.fire_at desc))[1] as error
      from unnest(p_starts) t group by t.name
  ), fired as materialized (
    select s.*, l.row_id, t.runs, t.failed, t.fire_at as started_at, t.run_id, t.error,
           s.fire_at is null or coalesce(s.runs_started + coalesce(t.runs, 0) + num_nonnulls(s.queued_fire_at) >= s.max_runs, false) as is_over
      from unnest(p_schedules) s
     cross join lateral (select c.ctid as row_id from waymark.schedules c where c.name = s.name offset 0) l
      left join started t on t.name = s.name
  ), cancelled as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select f.last_run_id, 0, -1, p_now from fired f
     where f.overlap = 'cancel' and f.last_run_id <> f.run_id
       and exists (select from waymark.runs r where r.run_id = f.last_run_id and r.state = 'live')
     order by f.last_run_id on conflict do nothing
  )
  update waymark.schedules s
     set state = case when f.is_over then 'ended' else 'active' end, fire_at = case when not f.is_over then f.fire_at end,
         due_at = case when not f.is_over then f.due_at end, queued_fire_at = f.queued_fire_at, last_fire_at = coalesce(f.started_at, f.last_fire_at),
         last_run_id = coalesce(f.run_id, f.last_run_id), runs_started = f.runs_started + coalesce(f.runs, 0), fires_skipped = f.fires_skipped,
         fires_failed = f.fires_failed + coalesce(f.failed, 0), last_error = case when f.runs + f.failed > 0 then f.error else f.last_error end
    from fired f where s.ctid = f.row_id;
end
$$;
comment on function waymark._record_fires(waymark.schedules[], waymark.schedule_start[], timestamptz) is 'Writes schedules with what has become of their starts.';
