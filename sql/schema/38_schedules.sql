-- days: from the end of the month when negative (-1 is the last). near_days: like days, but the weekday nearest to it. weekdays, 0 is Sunday: d is each,
-- d + 7n the nth of the month, d - 7 the last. both_days: a day has to match days and weekdays, not only one. elapsed: follows time itself, not clocks that are set.
create type waymark.cron as (
  seconds int[], minutes int[], hours int[], days int[], near_days int[], months int[], weekdays int[], both_days boolean, elapsed boolean);
comment on type waymark.cron is 'A cron expression, validated: what its fields match, sorted.';

-- What runs again and again. cron or every is what the text in schedule says; an interval is counted from start_at, or from the creation.
-- fire_at: the next time of the plan, until which all has fired or was skipped; none, once there is none any more (ended). due_at: when it is to be fired, later by its jitter;
-- none while the schedule is paused, when fire_at stays where it was. queued_fire_at: what came while the run before was live and is started after it.
-- last_run_id, last_fire_at: of the run that firing started last; overlap looks at no other. runs_triggered: those beside the plan.
-- fires_skipped: times of the plan that started no run, for what overlap and catch_up say, or because of a pause; fires_failed: those whose start was refused.
create table waymark.schedules (
  name           text primary key,
  workflow       text not null,
  schedule       text not null,
  cron           waymark.cron,
  every          interval,
  timezone       text not null,
  arguments      jsonb not null,
  priority       smallint not null,
  queue          text not null,
  tags           jsonb,
  jitter         double precision not null,
  overlap        text not null,
  catch_up       text not null,
  catch_up_limit int not null,
  start_at       timestamptz,
  end_at         timestamptz,
  max_runs       bigint,
  state          text not null,
  created_at     timestamptz not null,
  fire_at        timestamptz,
  due_at         timestamptz,
  queued_fire_at timestamptz,
  last_fire_at   timestamptz,
  last_run_id    uuid,
  runs_started   bigint not null,
  runs_triggered bigint not null,
  fires_skipped  bigint not null,
  fires_failed   bigint not null,
  last_error     text,
  constraint schedules_name_is_in_range check (length(name) between 1 and 200),
  constraint schedules_have_one_plan check ((cron is distinct from null) <> (every is not null)),
  constraint schedules_interval_is_in_range check (every between interval '1 second' and interval '3153600000 seconds'),
  constraint schedules_jitter_is_in_range check (jitter between 0 and 31536000),
  constraint schedules_overlap_is_known check (overlap in ('skip', 'queue', 'cancel', 'allow')),
  constraint schedules_catch_up_is_known check (catch_up in ('skip', 'one', 'all') and catch_up_limit between 1 and 1000),
  constraint schedules_end_after_they_start check (end_at > start_at),
  constraint schedules_max_runs_is_positive check (max_runs >= 1),
  constraint schedules_state_is_known check (state in ('active', 'paused', 'ended')),
  constraint schedules_times_match_state check (
    (fire_at is null) = (state = 'ended') and (due_at is not null) = (state = 'active') and (queued_fire_at is null or state <> 'paused')),
  constraint schedules_fire_in_their_time check (fire_at >= start_at is not false and fire_at < end_at is not false),
  constraint schedules_last_run_has_a_time check ((last_run_id is null) = (last_fire_at is null)),
  constraint schedules_count_up check (least(runs_started, runs_triggered, fires_skipped, fires_failed) >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index schedules_due on waymark.schedules (due_at) where due_at is not null;
create index schedules_queued on waymark.schedules (name) where queued_fire_at is not null;
comment on table waymark.schedules is 'What runs again and again: when, what, and how far it has got.';

-- next_fire_at: of an active one. due_at: the same, later by its jitter.
create type waymark.schedule_info as (
  name text, workflow text, schedule text, timezone text, state text, arguments jsonb, options jsonb, next_fire_at timestamptz, due_at timestamptz,
  last_fire_at timestamptz, last_run_id uuid, queued_fire_at timestamptz, runs_started bigint, runs_triggered bigint, fires_skipped bigint,
  fires_failed bigint, last_error text, created_at timestamptz);
comment on type waymark.schedule_info is 'A schedule, as waymark.list_schedules answers it.';

-- due_in_ms: when to call again; null: nothing is planned.
create type waymark.firing as (fired int, due_in_ms bigint);
comment on type waymark.firing is 'How many runs a batch of waymark.fire_schedules has started, and when the next is due.';

-- run_id: what has become of it, null while it was not started; error: why it could not be.
create type waymark.schedule_start as (
  name text, workflow text, arguments jsonb, priority smallint, queue text, tags jsonb, fire_at timestamptz, run_id uuid, error text);
comment on type waymark.schedule_start is 'Internal to firing: a run that a schedule starts.';

create type waymark.schedule_fires as (schedule waymark.schedules, times timestamptz[]);
comment on type waymark.schedule_fires is 'Internal to firing: a schedule with its next time, and the times that are fired.';

create type waymark.skip as (fire_at timestamptz, times bigint);
comment on type waymark.skip is 'Internal to schedules: how many times of a plan are passed over, and the one behind them.';
