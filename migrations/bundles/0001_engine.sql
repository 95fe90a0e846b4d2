-- Revision 0001_engine: a frozen copy of the files of sql/ that it changed. Made by `make bundle`; do not edit.
-- file: roles.sql
-- The four roles. Nothing here needs a superuser: CREATEROLE is enough.
--   waymark_owner  owns everything, cannot log in; public functions run with its rights
--   waymark_client registers, starts and reads runs     waymark_worker drives runs     waymark_reader reads the views
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'waymark_owner') then
    create role waymark_owner nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'waymark_client') then
    create role waymark_client nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'waymark_worker') then
    create role waymark_worker nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'waymark_reader') then
    create role waymark_reader nologin;
  end if;
  -- From PostgreSQL 16 on, the creator of a role may grant it but is not yet allowed to become it.
  if not pg_catalog.pg_has_role(current_user, 'waymark_owner', 'member')
     or not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    grant waymark_owner to current_user;
  end if;
end
$$;

create schema if not exists waymark authorization waymark_owner;
create schema if not exists waymark_programs authorization waymark_owner;

-- The rest of the installation runs as the owner, so that everything belongs to it.
set local role waymark_owner;
-- file: schema/10_programs.sql
comment on schema waymark is 'Waymark: durable workflows. Start here: select * from waymark.run_overview;';
comment on schema waymark_programs is 'One generated step function for each program version, and one that calls it for a batch; \sf shows a workflow as a procedure.';

-- A program is one compiled version of a workflow, named by the hash of its canonical IR and never changed.
-- replaced_at: since when another version is the newest; null while this one is.
create table waymark.programs (
  program_id    bigint generated always as identity primary key,
  workflow      text not null,
  hash          text not null,
  dialect       text not null,
  ir            jsonb not null,
  parameters    jsonb not null,
  entry         int not null,
  function_name text not null,
  registered_at timestamptz not null,
  replaced_at   timestamptz,
  constraint programs_are_named_by_their_hash unique (workflow, hash),
  constraint programs_dialect_is_known check (dialect in ('python'))
);
comment on table waymark.programs is 'Compiled versions of workflows; immutable.';

-- New runs use the version that was registered last; a rollback of the code registers the old version again.
create table waymark.workflows (
  workflow   text primary key,
  program_id bigint not null references waymark.programs
);
comment on table waymark.workflows is 'The newest program of each workflow.';

create table waymark.program_nodes (
  program_id bigint not null references waymark.programs,
  node       int not null,
  function   text not null,
  kind       text not null,
  line       int not null,
  source     text not null,
  primary key (program_id, node)
);
comment on table waymark.program_nodes is 'The graph of each program: its nodes.';

create table waymark.program_edges (
  program_id bigint not null references waymark.programs,
  from_node  int not null,
  kind       text not null,
  to_node    int not null,
  primary key (program_id, from_node, kind),
  constraint program_edges_kind_is_known check (kind in ('next', 'then', 'else', 'done', 'error'))
);
comment on table waymark.program_edges is 'The graph of each program: its edges.';
-- file: schema/20_runs.sql
-- One row a run. It is written twice, at start and at the end: what a live run does is in its tasks. Only who controls the run writes it in between.
-- error says why and where a run ended that did not succeed.
create table waymark.runs (
  run_id          uuid primary key,
  workflow        text not null,
  program_id      bigint not null,
  state           text not null default 'live',
  priority        smallint not null,
  queue           text not null,
  idempotency_key text,
  tags            jsonb,
  waiters         text[],
  arguments       jsonb not null,
  result          jsonb,
  error           jsonb,
  created_at      timestamptz not null,
  started_at      timestamptz,
  ended_at        timestamptz,
  parent_run      uuid,
  parent_action   bigint,
  depth           smallint,
  cancel_requested_at timestamptz,
  deadline        timestamptz,
  constraint runs_child_has_a_parent check (num_nulls(parent_run, parent_action, depth) in (0, 3)),
  constraint runs_state_is_known check (state in ('live', 'succeeded', 'failed', 'cancelled', 'terminated')),
  constraint runs_outcome_matches_state check (
    (result is not null) = (state = 'succeeded') and (error is not null) = (state in ('failed', 'cancelled', 'terminated'))
    and (ended_at is null) = (state = 'live')),
  constraint runs_waiters_are_few check (cardinality(waiters) <= 16)
) with (fillfactor = 80);
create unique index runs_idempotency_key_is_unique on waymark.runs (workflow, idempotency_key)
  where idempotency_key is not null;
create index runs_by_creation on waymark.runs (created_at);
create index runs_by_tags on waymark.runs using gin (tags jsonb_path_ops) where tags is not null;
create index runs_by_parent on waymark.runs (parent_run) where parent_run is not null;
comment on table waymark.runs is 'One row a run: what was asked, and how it ended.';

-- Numbers of tasks, scopes and semaphores. A step draws them, which writes no table: so a handle is a value at once. They are unique in a run.
-- From 10: the timer of a scope has its negative number; those above it are messages to runs (waymark.timers).
create sequence waymark.numbers as int minvalue 10 cycle;
comment on sequence waymark.numbers is 'Numbers of tasks, scopes and semaphores.';

-- Hot. One row for each thread of control of a live run; task 0 is the body.
-- state: ready (the next turn steps it) or what it waits for: timer, action, gather (first failure is raised), settle (failures are values),
-- all, first, first_exception or first_failure (of the tasks in waits_for), semaphore, signal (named in waits_for), or, of a body that has ended, closing (the other tasks of the run).
-- step_no counts suspensions and names the join that a result belongs to; pending counts the results still missing.
-- heap: the contents of the objects that the task changes, by their number; of a large task also the store of its pages.
-- Whoever works on a task of a run locks its task 0 first. shared: the run has, or had, more than its body; the columns behind it are its business.
--   A branch of a gather has its place there (parent_no, parent_step, slot), a task of a group the scope that its failure fires.
--   wake: what a ready task goes on with ({"ok", "value"}), or a cancel request that waits for its next suspension ({"cancel"}).
--   program_id 0: the task is one call of an action or a workflow.
--   paused: the run is; said of all its tasks, which stay in the state that they were in and are not stepped.
create table waymark.tasks (
  run_id     uuid not null,
  task_no    int not null default 0,
  program_id bigint not null,
  priority   smallint not null,
  queue      text not null,
  state      text not null,
  step_no    int not null default 0,
  pending    int not null default 0,
  pc         int not null,
  locals     jsonb not null,
  frames     jsonb not null default '[]',
  heap       jsonb,
  ready_at   timestamptz not null,
  started_at timestamptz,
  shared       boolean,
  parent_no    int,
  parent_step  int,
  slot         int,
  scope_no     int,
  name         text,
  cancels      int,
  wake         jsonb,
  waits_for    jsonb,
  semaphore_no int,
  ticket       int,
  paused       boolean,
  primary key (run_id, task_no),
  constraint tasks_state_is_known check (
    state in ('ready', 'timer', 'action', 'gather', 'settle', 'all', 'first', 'first_exception', 'first_failure', 'semaphore', 'signal', 'closing')),
  constraint tasks_pending_matches_state check (
    (pending > 0) = (state in ('action', 'gather', 'settle', 'all', 'first', 'first_exception', 'first_failure'))),
  constraint tasks_are_plain_or_shared check (
    shared is null and task_no = 0 and num_nonnulls(parent_no, scope_no, name, cancels, wake, waits_for, semaphore_no, ticket) = 0
    or shared and (task_no = 0) = (name is null) and num_nulls(parent_no, parent_step, slot) in (0, 3)
       and (semaphore_no is not null) = (state = 'semaphore') and (ticket is not null) = (state in ('semaphore', 'signal'))),
  constraint tasks_are_paused_or_not check (paused),
  constraint tasks_wait_for_something check (
    (waits_for is not null or state not in ('all', 'first', 'first_exception', 'first_failure', 'signal', 'closing'))
    and (ticket is not null or state not in ('semaphore', 'signal')))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
-- What is ready ages: a minute of waiting outweighs one level of priority. Written so because an index takes no expression that depends on the session's time zone.
create index tasks_ready on waymark.tasks (((ready_at at time zone 'UTC') + priority * interval '1 minute')) where state = 'ready' and task_no = 0 and paused is null;
create index tasks_ready_branches on waymark.tasks (((ready_at at time zone 'UTC') + priority * interval '1 minute'), task_no) where state = 'ready' and task_no > 0 and paused is null;
create index tasks_signal on waymark.tasks (run_id, (waits_for ->> 'signal'), ticket) where state = 'signal';
create index tasks_queue on waymark.tasks (run_id, semaphore_no, ticket) where state = 'semaphore';
comment on table waymark.tasks is 'Live runs: where each thread of control stands and what it waits for.';

-- Hot. Large values of live runs, in pieces of about 1 KB, so that a step writes only what it has changed of them. A store is all the pages of a task, and
-- is named in its heap; 0 are its objects, above: the content of one, below: a variable (waymark._heap_spill).
create sequence waymark.stores;
create table waymark.pages (
  store_id bigint not null,
  value_no int not null,
  page_no  int not null,
  content  jsonb not null,
  primary key (store_id, value_no, page_no)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
comment on table waymark.pages is 'Live runs: what is large of their state, in pages.';

-- Hot and narrow. One row an outstanding invocation of an action.
-- share: of the concurrency of its queue, see waymark.queue_shares.
-- A fresh fencing token with every claim: a result that presents another one is late and changes nothing.
-- deadline: of the attempt; final_deadline: of all attempts together; retry_until: no further attempt begins then. heartbeat_at, details: what an attempt
-- has told of itself last; the next attempt is given the details.
-- key_id: of its concurrency key (waymark._key_id). Of those with the same key one alone is ready or running, which holds it; the others are blocked, in line
-- for it. An action with a key begins in backoff, with a timer that is due; _due_events puts it in line, _pass_keys gives it the key.
create table waymark.actions (
  run_id        uuid not null,
  action_id     bigint generated always as identity,
  task_no       int not null,
  step_no       int not null,
  slot          int not null,
  node          int not null,
  name          text not null,
  arguments     jsonb not null,
  policy        jsonb,
  timeout_ms    int not null,
  state         text not null,
  priority      smallint not null,
  queue         text not null,
  attempt       int not null default 1,
  fencing_token bigint not null,
  session_id    bigint,
  ready_at      timestamptz not null,
  claimed_at    timestamptz,
  deadline      timestamptz,
  child_run     uuid,
  final_deadline timestamptz,
  retry_until    timestamptz,
  heartbeat_at   timestamptz,
  details        jsonb,
  share          smallint,
  key_id         uuid,
  primary key (run_id, action_id),
  constraint actions_state_is_known check (state in ('ready', 'running', 'backoff', 'blocked', 'child')),
  constraint actions_blocked_have_a_key check (state <> 'blocked' or key_id is not null),
  constraint actions_child_matches_state check ((child_run is not null) = (state = 'child')),
  constraint actions_claim_matches_state check (
    (session_id is not null) = (state = 'running') and (deadline is not null) = (state = 'running')
    and (claimed_at is not null) = (state = 'running')),
  constraint actions_have_a_share_while_running check (share is null or share between 0 and 15 and state = 'running')
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index actions_ready on waymark.actions (queue, ((ready_at at time zone 'UTC') + priority * interval '1 minute')) where state = 'ready';
-- Session 0 runs nothing (_expire_actions).
create unique index actions_hold_keys_alone on waymark.actions (key_id) where key_id is not null and (state = 'ready' or state = 'running' and session_id > 0);
create index actions_blocked on waymark.actions (key_id, ((ready_at at time zone 'UTC') + priority * interval '1 minute'), action_id) where state = 'blocked';
create index actions_by_share on waymark.actions (queue, share, claimed_at) where share is not null;
create index actions_running on waymark.actions (deadline) where state = 'running';
create index actions_final on waymark.actions (final_deadline) where final_deadline is not null;
comment on table waymark.actions is 'Outstanding actions of live runs: ready, running, backing off or blocked; and child runs that are waited for.';

-- Hot. What happens by the clock, and what one run has to tell another, which it does not lock. action_id 0: the task goes on, its sleep or wait is over;
-- above: the action backs off no longer, or its child run (then with task 0) has ended; below: a scope of the task fires,
-- -1: the run is to be cancelled, -2: terminated, -3: its deadline has passed, -2^31 - seq: that signal has arrived. What becomes due while its run is paused is put off to infinity, until the run is resumed.
-- task_no -1: not of a run; the concurrency key whose id stands in run_id may be free (_pass_keys). -2: an ended run may have left actions, which somebody else had then (_abandon_calls).
create table waymark.timers (
  run_id    uuid not null,
  task_no   int not null,
  action_id bigint not null default 0,
  due_at    timestamptz not null,
  primary key (run_id, task_no, action_id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index timers_due on waymark.timers (due_at);
comment on table waymark.timers is 'Sleeping tasks, delayed starts, actions that back off, cancel scopes; messages to runs.';

-- Append-only. Every attempt that ended. final: no further attempt follows, its value is what the body sees.
create table waymark.action_attempts (
  run_id     uuid not null,
  task_no    int not null,
  step_no    int not null,
  slot       int not null,
  attempt    int not null,
  action_id  bigint not null,
  node       int not null,
  name       text not null,
  arguments  jsonb not null,
  outcome    text not null,
  final      boolean not null,
  value      jsonb,
  ready_at   timestamptz not null,
  claimed_at timestamptz,
  ended_at   timestamptz not null,
  run_us     bigint,
  session_id bigint,
  primary key (run_id, task_no, step_no, slot, attempt),
  constraint action_attempts_outcome_is_known check (outcome in ('succeeded', 'failed', 'timed_out', 'lost', 'abandoned', 'cancelled')),
  constraint action_attempts_success_is_final check (final or outcome <> 'succeeded')
) with (fillfactor = 100);
comment on table waymark.action_attempts is 'History: every attempt of every action, with arguments and result or error.';
-- file: schema/25_tasks.sql
-- Append-only: how each task but the body has ended. Kept with the run: a handle can be asked at any time.
create table waymark.task_history (
  run_id      uuid not null,
  task_no     int not null,
  parent_no   int,
  parent_step int,
  slot        int,
  name        text not null,
  status      text not null,
  value       jsonb,
  started_at  timestamptz,
  ended_at    timestamptz not null,
  primary key (run_id, task_no),
  constraint task_history_status_is_known check (status in ('returned', 'raised', 'cancelled')),
  constraint task_history_value_matches_status check (value is not null)
) with (fillfactor = 100);
create index task_history_by_place on waymark.task_history (run_id, parent_no, parent_step, slot) where parent_no is not null;
comment on table waymark.task_history is 'History: how the tasks of runs have ended.';

-- Who waits for the end of a task. A wait that is over leaves its rows until the task has ended; its step_no tells.
create table waymark.task_waits (
  run_id    uuid not null,
  task_no   int not null,
  waiter_no int not null,
  step_no   int not null,
  primary key (run_id, task_no, waiter_no)
);
comment on table waymark.task_waits is 'Which tasks wait for the end of which.';

-- cancels: the cancel requests that the task had when the scope was opened.
create table waymark.scopes (
  run_id   uuid not null,
  scope_no int not null,
  task_no  int not null,
  cancels  int not null,
  fired    boolean not null default false,
  primary key (run_id, scope_no)
);
-- By number alone: a step function does not know its run. A number is given again after two thousand million others.
create index scopes_fired on waymark.scopes (scope_no) where fired;
comment on table waymark.scopes is 'Open cancel scopes of live runs.';

-- bound: what a BoundedSemaphore or a lock may not exceed.
create table waymark.semaphores (
  run_id       uuid not null,
  semaphore_no int not null,
  value        int not null,
  bound        int,
  primary key (run_id, semaphore_no),
  constraint semaphores_are_not_negative check (value >= 0)
);
comment on table waymark.semaphores is 'Semaphores of live runs; who waits for one is a task with its number.';
-- file: schema/27_failed.sql
-- What waymark.retry goes on from; written only when a run fails, and kept with it. The body as it stood at its last await: what it waited for is history, or a
-- signal: wake has the one it got, waits_for says for which it still waited.
create table waymark.failed_tasks (
  run_id     uuid primary key,
  program_id bigint not null,
  step_no    int not null,
  pc         int not null,
  locals     jsonb not null,
  frames     jsonb not null,
  heap       jsonb,
  wake       jsonb,
  waits_for  jsonb
);
comment on table waymark.failed_tasks is 'Failed runs: where their bodies stood, for a retry.';

create table waymark.failed_calls (
  run_id    uuid not null,
  action_id bigint not null,
  policy    jsonb not null,
  primary key (run_id, action_id)
);
comment on table waymark.failed_calls is 'Calls that failed or were abandoned: their policies, for a retry.';
-- file: schema/27_signals.sql
-- What runs are told from outside. A signal is taken once, by the task that has waited longest for its name; seq is the order. Kept with the run: a repeated
-- idempotency key is answered with the first signal. No row of the run is written or locked by who sends: a timer that is due tells the run (_deliver_signals).
create table waymark.signals (
  run_id          uuid not null,
  seq             bigint generated always as identity,
  name            text not null,
  value           jsonb not null,
  idempotency_key text,
  sent_at         timestamptz not null,
  taken_at        timestamptz,
  taken_by        int,
  primary key (run_id, seq),
  constraint signals_taken_by_a_task check ((taken_at is null) = (taken_by is null))
) with (fillfactor = 80);
create unique index signals_idempotency_key_is_unique on waymark.signals (run_id, idempotency_key) where idempotency_key is not null;
create index signals_not_taken on waymark.signals (run_id, name, seq) where taken_at is null;
comment on table waymark.signals is 'Signals sent to runs, and which task has taken each.';

-- What the programs wait for, so that a signal can be refused where it is sent. name: null where the body computes it; type: null where any value will do.
create table waymark.program_signals (
  program_id bigint not null references waymark.programs on delete cascade,
  node       int not null,
  name       text,
  type       jsonb,
  primary key (program_id, node)
);
comment on table waymark.program_signals is 'The signals that programs wait for.';

create type waymark.signal_key as (run_id uuid, name text);
comment on type waymark.signal_key is 'Internal to the turn: the signals of a name that a run gets.';
-- file: schema/30_sessions.sql
-- A daemon's session and its lease: liveness is kept a session, not an action.
-- limited: there are queues with limits (waymark.set_queue).
-- hungry: it waits with free capacity, so new work notifies it.
-- retired: it claims no more, and ends when its daemon has handed in what it still runs (waymark.close_session).
create table waymark.sessions (
  session_id bigint generated always as identity primary key,
  info       jsonb not null,
  opened_at  timestamptz not null,
  expires_at timestamptz not null,
  hungry     boolean not null default false,
  limited    boolean not null default false,
  retired    boolean not null default false check (not (retired and hungry))
) with (fillfactor = 50, autovacuum_vacuum_threshold = 1000);
comment on table waymark.sessions is 'Daemons: their leases, and whether they wait for work.';
-- file: schema/35_queues.sql
-- What queues are limited to; a queue without limits has no row. Sessions know whether there are rows at all (sessions.limited).
create table waymark.queues (
  queue       text primary key,
  concurrency int,
  rate        int,
  seconds     double precision,
  constraint queues_are_limited check (num_nonnulls(concurrency, rate) > 0),
  constraint queues_concurrency_is_in_range check (concurrency between 0 and 1000000),
  constraint queues_rate_is_in_range check (rate between 1 and 1000000 and seconds between 0.1 and 2592000),
  constraint queues_rate_has_an_interval check ((rate is null) = (seconds is null))
);
comment on table waymark.queues is 'The limits of queues.';

-- A limit is dealt out to at most 16 shares, numbered from 0. Whoever claims from the queue locks a share, and another one when that has not enough; a share
-- that somebody has is passed over. So sessions do not wait for each other, and a turn writes one row.
-- What a share has given out of the concurrency is in actions.share, and counted there; so nothing has to be given back. booked: at most so many of it run;
-- what is claimed is added, and it is counted anew when that says that little is left, so that a limit which does not bind is seldom counted for.
-- counted_from: what was claimed before has ended; so the count does not pass over its index entries, which Postgres may not have removed.
-- shares: how many there are; the actions of a share that has gone count in another one, by the remainder.
-- used: of the rate, in the current sixteenth of the interval (number step, since 1970) and in each of the 16 before it: they cover every interval.
create table waymark.queue_shares (
  queue        text not null,
  share        smallint not null,
  shares       smallint not null,
  concurrency  int,
  booked       int,
  counted_from timestamptz not null default '-infinity',
  rate         int,
  step         bigint not null default 0,
  used         int[] not null default array_fill(0, array[17]),
  primary key (queue, share)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 1000);
comment on table waymark.queue_shares is 'The limits of queues, dealt out so that sessions need not wait for each other.';

create type waymark.share_room as (share waymark.queue_shares, room int);
comment on type waymark.share_room is 'Internal to the turn: a share that it has locked, and how many actions it may claim of it.';
-- file: schema/37_retention.sql
-- How long runs are kept after they have ended, by state; a state without a row: for ever.
create table waymark.retention (
  state text primary key,
  age   interval not null,
  constraint retention_is_of_runs_that_ended check (state in ('succeeded', 'failed', 'cancelled', 'terminated')),
  constraint retention_age_is_not_negative check (age >= interval '0')
);
comment on table waymark.retention is 'How long runs are kept after they have ended.';

-- The pass over all runs that daemons make, a batch at a time and whichever daemon comes first (waymark.apply_retention). One row once a retention has been set.
-- due_at: of the next batch. began_at: of the pass that is under way. after: the last run that it has looked at.
-- programs: versions that were not the newest at chosen_at, and of which no run has been met since; the pass looks for one once the transactions that
-- had read which version is the newest (readers, by their virtual ids) have ended: their runs are to be seen by then.
create table waymark.retention_pass (
  due_at    timestamptz not null,
  began_at  timestamptz,
  after     uuid,
  chosen_at timestamptz,
  programs  bigint[] not null default '{}',
  readers   text[] not null default '{}',
  constraint retention_pass_is_under_way_or_not check (after is null or began_at is not null),
  constraint retention_pass_programs_are_chosen check (programs = '{}' or chosen_at is not null)
);
create unique index retention_pass_is_one on waymark.retention_pass ((true));
comment on table waymark.retention_pass is 'How far daemons have got with pruning.';

-- due_in_ms: until the pass goes on; null: it is over, not due yet, or with another daemon.
create type waymark.retention_turn as (runs int, programs int, due_in_ms int);
comment on type waymark.retention_turn is 'What a batch of waymark.apply_retention has deleted, and when to call it again.';

-- last: the last run that the batch has looked at, to go on after; more: there may be others behind it.
create type waymark.prune_outcome as (pruned int, last uuid, more boolean);
comment on type waymark.prune_outcome is 'How many runs a batch of waymark.prune has deleted.';
-- file: schema/38_schedules.sql
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
-- file: schema/40_types.sql
-- What a public function returns is a named type: its columns cannot collide with variables, and a successor gets a new name.
create type waymark.turn_row as (
  kind text, run_id uuid, action_id bigint, fencing_token bigint, attempt int, name text, arguments jsonb, timeout_ms int,
  due_in_ms bigint, backlog boolean, context jsonb);
comment on type waymark.turn_row is 'What a turn answers: claimed actions, rejected results, one summary.';

create type waymark.run_outcome as (run_id uuid, workflow text, state text, result jsonb, error jsonb);
comment on type waymark.run_outcome is 'How a run stands, for a client that waits for it.';

create type waymark.start_options as (priority smallint, queue text, idempotency_key text, delay double precision, tags jsonb, waiter text, deadline double precision);
comment on type waymark.start_options is 'The options of waymark.start, validated.';

-- A final result of an action, on its way to the task that waits for it.
create type waymark.action_result as (run_id uuid, task_no int, step_no int, slot int, ok boolean, value jsonb);
comment on type waymark.action_result is 'Internal to the turn: the final result of an action.';

-- A locked task and the event that lets it go on: the input of a step function. row_id is the place of the locked row: what is written later is found
-- by it, the one join that no statistics can turn into a scan of the table.
create type waymark.task_event as (
  row_id tid,   run_id uuid, task_no int, program_id bigint, priority smallint, queue text, started_at timestamptz, step_no int,
  shared boolean, pc int, locals jsonb, frames jsonb, heap jsonb, ok boolean, value jsonb);
comment on type waymark.task_event is 'Internal to the turn: a task to step, and why.';

-- What a step function answered: where the task stands now and what it wants.
create type waymark.task_step as (
  row_id tid,   run_id uuid, task_no int, program_id bigint, priority smallint, queue text, started_at timestamptz, step_no int,
  shared boolean, pc int, locals jsonb, frames jsonb, heap jsonb, effect text, payload jsonb, commands jsonb[]);
comment on type waymark.task_step is 'Internal to the turn: a stepped task and its effect.';

create type waymark.task_key as (run_id uuid, task_no int);
comment on type waymark.task_key is 'Internal to the turn: names a task.';

create type waymark.task_end as (run_id uuid, task_no int, status text, value jsonb);
comment on type waymark.task_end is 'Internal to the turn: how a task ended.';

-- last: the last run of the batch, to go on after; more: the batch was full.
create type waymark.bulk_outcome as (matched int, done int, last uuid, more boolean);
comment on type waymark.bulk_outcome is 'How many runs waymark.bulk picked, and how many it changed.';

create type waymark.run_filter as (
  workflow text, queue text, tags jsonb, states text[], created_after timestamptz, created_before timestamptz, error text);
comment on type waymark.run_filter is 'Which runs waymark.bulk picks, validated.';

create type waymark.bulk_options as (dry_run boolean, "limit" int, after uuid, priority int);
comment on type waymark.bulk_options is 'The options of waymark.bulk, validated.';

-- status: ok, warning (it will hurt soon) or failure (it hurts now); hint: what to do, null when all is well.
create type waymark.finding as (check_name text, status text, detail text, hint text);
comment on type waymark.finding is 'What waymark.doctor has found.';
-- file: functions/control/_call_again.sql
-- The call that a retry makes again: that of a last attempt which had no result. Null where there is one, or where failures are results (settle).
create or replace function waymark._call_again(p_attempt waymark.action_attempts, p_kept waymark.failed_tasks) returns jsonb
language plpgsql stable as $$
declare
  v_node jsonb := (select p.ir #> array['nodes', p_attempt.node::text] from waymark.programs p where p.program_id = p_kept.program_id);
  v_program bigint;
begin
  if p_attempt.outcome = 'succeeded' or v_node -> 'settle' = 'true' then
    return null;
  end if;
  if jsonb_path_exists(v_node, '$.**.workflow ? (@ == $name)', jsonb_build_object('name', p_attempt.name)) then
    -- The newest program, if it has the parameters that the arguments were bound to, else that of the child, if it is not pruned.
    select coalesce(max(n.program_id), max(r.program_id)) into v_program
      from (select p_attempt.name as workflow) c
      left join waymark.runs r on r.parent_run = p_attempt.run_id and r.parent_action = p_attempt.action_id
      left join waymark.workflows w on w.workflow = c.workflow
      left join waymark.programs n on n.program_id = w.program_id
       and jsonb_path_query_array(n.parameters, '$[*].name') @> (select coalesce(jsonb_agg(k), '[]') from jsonb_object_keys(p_attempt.arguments) k)
       and jsonb_path_query_array(n.parameters, '$[*].name') <@ (select coalesce(jsonb_agg(k), '[]') from jsonb_object_keys(p_attempt.arguments) k);
    if v_program is null then
      perform waymark._refuse_state('retry', p_attempt.run_id, 'failed in a child run that is still there, or whose workflow still has its parameters');
    end if;
    return jsonb_build_object('workflow', p_attempt.name, 'args', p_attempt.arguments, 'program', v_program);
  end if;
  return jsonb_build_object('action', p_attempt.name, 'args', p_attempt.arguments) || coalesce((
    select jsonb_build_object('policy', f.policy) from waymark.failed_calls f
     where f.run_id = p_attempt.run_id and f.action_id = p_attempt.action_id), '{}');
end
$$;
comment on function waymark._call_again(waymark.action_attempts, waymark.failed_tasks) is 'The call that a retry makes again, or null.';
-- file: functions/control/_cancel_runs.sql
-- Asks runs to cancel: their bodies get asyncio.CancelledError where they wait. Asked once: a second request would interrupt what the body does about
-- the first. A run that has not begun ends at once; a paused one goes on, lest it never hear of it. The caller has the bodies locked.
create or replace function waymark._cancel_runs(p_run_ids uuid[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_bodies waymark.tasks[] := array(
    select t.b from unnest(p_run_ids) r(run_id)
     cross join lateral (select b from waymark.tasks b where b.run_id = r.run_id and b.task_no = 0 offset 0) t
     cross join lateral (select c.run_id from waymark.runs c where c.run_id = r.run_id and c.cancel_requested_at is null offset 0) c);
begin
  if cardinality(v_bodies) = 0 then
    return;
  end if;
  perform waymark._resume_runs(array(select b.run_id from unnest(v_bodies) b where b.paused), p_now);
  update waymark.runs r set cancel_requested_at = p_now
    from unnest(v_bodies) b cross join lateral (select c.ctid as row_id from waymark.runs c where c.run_id = b.run_id offset 0) c
   where r.ctid = c.row_id;
  perform waymark._fail_runs(array(
    select row(null, b.run_id, 0, 0, 0, null, null, 0, false, 0, '{}', '[]', null, 'raise',
               jsonb_build_object('node', b.pc, 'exception', waymark._cancelled_error()), null)::waymark.task_step
      from unnest(v_bodies) b where b.step_no = 0 and b.pc >= 0 and b.state in ('ready', 'timer')), p_now);
  perform waymark._cancel_tasks(array(select row(b.run_id, 0)::waymark.task_key from unnest(v_bodies) b), true, p_now);
end
$$;
comment on function waymark._cancel_runs(uuid[], timestamptz) is 'Asks runs to cancel.';
-- file: functions/control/_expire_runs.sql
-- Ends runs whose deadline has passed, at once, as they are terminated: no handler is asked. A parent gets the exception where it waits for such a child.
-- The caller has the bodies locked.
create or replace function waymark._expire_runs(p_run_ids uuid[], p_now timestamptz) returns void
language plpgsql as $$
declare
  c_mro constant jsonb := jsonb '["waymark.errors:RunDeadlineExceeded", "waymark.errors:WaymarkError", "TimeoutError", "OSError", "Exception", "BaseException", "object"]';
begin
  if cardinality(p_run_ids) = 0 then
    return;
  end if;
  perform waymark._fail_runs(array(
    select row(null, t.run_id, 0, 0, 0, null, null, 0, false, 0, '{}', '[]', null, 'raise',
               jsonb_build_object('overdue', true, 'node', case when t.pc < 0 then ~t.pc else t.pc end, 'exception', jsonb_build_object(
                 '$', 'exception', 'type', c_mro ->> 0, 'mro', c_mro, 'args', jsonb_build_array(m.message), 'message', m.message)), null)::waymark.task_step
      from unnest(p_run_ids) r(run_id)
     cross join lateral (select b.run_id, b.pc from waymark.tasks b where b.run_id = r.run_id and b.task_no = 0 offset 0) t
     cross join lateral (
        select format('run %s did not end within %s s', c.run_id, extract(epoch from c.deadline - c.created_at)::double precision) as message
          from waymark.runs c where c.run_id = r.run_id offset 0) m), p_now);
end
$$;
comment on function waymark._expire_runs(uuid[], timestamptz) is 'Ends runs whose deadline has passed.';
-- file: functions/control/_keep_failed.sql
-- Keeps the bodies of failed runs as they stood at their last await, for waymark.retry, unless there was more to the run (shared is not null). The caller deletes them
-- from waymark.tasks. wake: the signal that they had; waits_for: the one that they waited for.
create or replace function waymark._keep_failed(p_steps waymark.task_step[]) returns void
language plpgsql as $$
begin
  insert into waymark.failed_tasks (run_id, program_id, step_no, pc, locals, frames, heap, wake, waits_for)
  select t.run_id, t.program_id, t.step_no, t.pc, t.locals, t.frames, t.heap, t.wake, case t.state when 'signal' then t.waits_for end
    from unnest(p_steps) s join waymark.tasks t on t.ctid = s.row_id
   where s.effect = 'raise' and s.shared is null and waymark._failed_state(s.payload) = 'failed';
end
$$;
comment on function waymark._keep_failed(waymark.task_step[]) is 'Keeps the bodies of failed runs for a retry.';
-- file: functions/control/_lock_run.sql
-- Locks a live run, which is its body, and answers it; all null when the run has ended. Locks: the body. SQLSTATEs: WM301 unknown run.
create or replace function waymark._lock_run(p_run_id uuid) returns waymark.tasks
language plpgsql as $$
declare
  v_body waymark.tasks;
begin
  select * into v_body from waymark.tasks t where t.run_id = p_run_id and t.task_no = 0 for no key update;
  if not found and not exists (select from waymark.runs r where r.run_id = p_run_id) then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  end if;
  return v_body;
end
$$;
comment on function waymark._lock_run(uuid) is 'Locks a live run and answers its body.';
-- file: functions/control/_parse_bulk_options.sql
-- SQLSTATEs: WM204 unknown verb or option, WM205 out of range.
create or replace function waymark._parse_bulk_options(p_verb text, p_options jsonb) returns waymark.bulk_options
language plpgsql stable as $$
declare
  c_options constant jsonb := jsonb '{"dry_run": "true or false", "limit": "a whole number from 1 to 10000", "after": "the id of a run",
    "priority": "a whole number from -1000 to 1000"}';
  v_options waymark.bulk_options := row(true, 1000, null, null);
  v_key text;
  v_value jsonb;
begin
  if p_verb is null or p_verb not in ('cancel', 'terminate', 'pause', 'resume', 'wake', 'retry', 'restart', 'set_priority') then
    raise exception using errcode = 'WM204', message = format('waymark.bulk has no verb "%s"', p_verb),
      hint = 'Verbs are cancel, terminate, pause, resume, wake, retry, restart and set_priority.';
  elsif p_options is null or jsonb_typeof(p_options) <> 'object' then
    raise exception using errcode = 'WM205', message = 'the options of waymark.bulk must be a JSON object';
  end if;
  for v_key, v_value in select * from jsonb_each(p_options) loop
    if not c_options ? v_key then
      raise exception using errcode = 'WM204', message = format('waymark.bulk has no option "%s"', v_key),
        hint = 'Options are dry_run, limit, after and, for set_priority, priority.';
    elsif not (case v_key
      when 'dry_run' then jsonb_typeof(v_value) = 'boolean'
      when 'after' then jsonb_typeof(v_value) = 'string' and v_value #>> '{}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      else case when jsonb_typeof(v_value) <> 'number' then false when v_value::numeric % 1 <> 0 then false
                when v_key = 'limit' then v_value::numeric between 1 and 10000 else v_value::numeric between -1000 and 1000 end end)
    then
      raise exception using errcode = 'WM205', message = format('option "%s" is %s; allowed is %s', v_key, left(v_value::text, 100), c_options ->> v_key);
    end if;
  end loop;
  v_options := jsonb_populate_record(v_options, p_options);
  if (v_options.priority is not null) <> (p_verb = 'set_priority') then
    raise exception using errcode = 'WM205', message = 'option "priority" belongs to the verb set_priority, which needs it';
  end if;
  return v_options;
end
$$;
comment on function waymark._parse_bulk_options(text, jsonb) is 'Validates the options of waymark.bulk.';
-- file: functions/control/_parse_run_filter.sql
-- SQLSTATEs: WM204 unknown field, WM205 out of range.
create or replace function waymark._parse_run_filter(p_filter jsonb) returns waymark.run_filter
language plpgsql stable as $$
declare
  c_fields constant jsonb := jsonb '{"workflow": "a text", "queue": "a text", "error": "the class of an exception, with or without its module",
    "states": "a list of queued, delayed, running, sleeping, paused, succeeded, failed, cancelled, terminated", "tags": "an object of texts",
    "created_after": "a time with its zone, as in 2026-01-31T12:00:00Z", "created_before": "a time with its zone, as in 2026-01-31T12:00:00Z"}';
  v_key text;
  v_value jsonb;
begin
  if p_filter is null or jsonb_typeof(p_filter) <> 'object' then
    raise exception using errcode = 'WM205', message = 'the filter of waymark.bulk must be a JSON object; {} picks every run';
  end if;
  for v_key, v_value in select * from jsonb_each(p_filter) loop
    if not c_fields ? v_key then
      raise exception using errcode = 'WM204', message = format('a filter of runs has no field "%s"', v_key),
        hint = format('Fields are %s.', (select string_agg(k, ', ') from jsonb_object_keys(c_fields) k));
    elsif not (case v_key
      when 'states' then jsonb_typeof(v_value) = 'array'
        and v_value <@ jsonb '["queued", "delayed", "running", "sleeping", "paused", "succeeded", "failed", "cancelled", "terminated"]'
      when 'tags' then jsonb_typeof(v_value) = 'object' and not jsonb_path_exists(v_value, '$.* ? (@.type() != "string")')
      when 'created_after' then jsonb_typeof(v_value) = 'string' and v_value #>> '{}' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$'
      when 'created_before' then jsonb_typeof(v_value) = 'string' and v_value #>> '{}' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$'
      else jsonb_typeof(v_value) = 'string' end)
    then
      raise exception using errcode = 'WM205', message = format('filter "%s" is %s; allowed is %s', v_key, left(v_value::text, 100), c_fields ->> v_key);
    end if;
  end loop;
  return jsonb_populate_record(null::waymark.run_filter, p_filter);
exception when datetime_field_overflow or invalid_datetime_format then
  raise exception using errcode = 'WM205', message = format('the filter of waymark.bulk has a time that does not exist: %s', sqlerrm);
end
$$;
comment on function waymark._parse_run_filter(jsonb) is 'Validates a filter of runs.';
-- file: functions/control/_refuse_state.sql
-- Refuses a verb for a run in a state that has no use for it. SQLSTATEs: WM305.
create or replace function waymark._refuse_state(p_verb text, p_run_id uuid, p_wanted text) returns void
language plpgsql as $$
begin
  raise exception using errcode = 'WM305',
    message = format('%s: run %s is %s', p_verb, p_run_id, waymark.status(p_run_id)),
    hint = format('This needs a run that %s.', p_wanted);
end
$$;
comment on function waymark._refuse_state(text, uuid, text) is 'Refuses a verb for the state that a run is in.';
-- file: functions/control/_resume_runs.sql
-- Lets paused runs go on: their ready tasks can be claimed, what became due meanwhile is due now. The caller has the bodies locked.
create or replace function waymark._resume_runs(p_run_ids uuid[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t set paused = null
    from unnest(p_run_ids) r(run_id) cross join lateral (select w.ctid as row_id from waymark.tasks w where w.run_id = r.run_id offset 0) w
   where t.ctid = w.row_id;
  update waymark.timers t set due_at = p_now
    from unnest(p_run_ids) r(run_id)
   cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = r.run_id and m.due_at = 'infinity' offset 0) m
   where t.ctid = m.row_id;
end
$$;
comment on function waymark._resume_runs(uuid[], timestamptz) is 'Lets paused runs go on.';
-- file: functions/control/_revive.sql
-- Puts the body of a failed run back: waiting for the calls in the payload that are to be made again, or for the signal, or ready with what it had waited for. The new
-- wait has a number of its own, behind all that the run has used; the results that are there are counted to it. The time of a wait for a signal begins anew.
create or replace function waymark._revive(p_step waymark.task_step, p_kept waymark.failed_tasks, p_now timestamptz) returns void
language plpgsql as $$
declare
  v_kind text := (select n.kind from waymark.program_nodes n where n.program_id = p_kept.program_id and n.node = ~p_kept.pc);
  v_calls int := (select count(*) from jsonb_array_elements(p_step.payload -> 'branches') b where b.value <> 'null');
  v_results jsonb;
  v_wake jsonb;
begin
  if v_kind = 'signal' then
    v_wake := p_kept.wake;
  elsif p_kept.pc < 0 and v_calls = 0 then
    v_results := waymark._collect_join(p_kept.run_id, 0, p_kept.step_no);
    v_wake := jsonb_build_object('ok', true, 'value', case v_kind when 'fork' then coalesce(v_results, '[]') else v_results -> 0 end);
  end if;
  p_step.step_no := greatest(p_kept.step_no, (select max(a.step_no) from waymark.action_attempts a where a.run_id = p_kept.run_id and a.task_no = 0));
  insert into waymark.tasks (run_id, program_id, priority, queue, state, step_no, pending, pc, locals, frames, heap, ready_at, started_at, shared, wake,
                             waits_for, ticket)
  values (p_kept.run_id, p_kept.program_id, p_step.priority, p_step.queue,
          case when p_kept.waits_for is not null then 'signal' when v_calls = 0 then 'ready' when v_kind = 'fork' then 'gather' else 'action' end,
          p_step.step_no + 1, v_calls, p_kept.pc, p_kept.locals, p_kept.frames, p_kept.heap, p_now, p_step.started_at, true, v_wake,
          p_kept.waits_for, case when p_kept.waits_for is not null then nextval('waymark.numbers') end);
  if v_calls > 0 then
    update waymark.action_attempts set step_no = p_step.step_no + 1
     where run_id = p_kept.run_id and task_no = 0 and step_no = p_kept.step_no and outcome = 'succeeded';
    perform waymark._create_actions(null, '{}', null, 0, array[p_step], p_now);
    perform waymark._start_children(array[p_step], p_now);
  elsif p_kept.waits_for is not null then
    insert into waymark.timers (run_id, task_no, due_at)
    select p_kept.run_id, 0, p_now + (p_kept.waits_for ->> 'seconds')::double precision * interval '1 second' where p_kept.waits_for ? 'seconds';
    perform waymark._deliver_signals(array[row(p_kept.run_id, p_kept.waits_for ->> 'signal')::waymark.signal_key], p_now);
  end if;
end
$$;
comment on function waymark._revive(waymark.task_step, waymark.failed_tasks, timestamptz) is 'Puts the body of a failed run back.';
-- file: functions/control/_terminate_runs.sql
-- Ends runs at once, without asking a handler; their child runs are told to (_finish_runs). The caller has the bodies locked.
create or replace function waymark._terminate_runs(p_run_ids uuid[], p_now timestamptz) returns void
language plpgsql as $$
begin
  if cardinality(p_run_ids) = 0 then
    return;
  end if;
  perform waymark._fail_runs(array(
    select row(null, t.run_id, 0, 0, 0, null, null, 0, false, 0, '{}', '[]', null, 'raise',
               jsonb_build_object('terminated', true, 'node', case when t.pc < 0 then ~t.pc else t.pc end,
                 'exception', waymark._terminated_error(t.run_id)), null)::waymark.task_step
      from unnest(p_run_ids) r(run_id)
     cross join lateral (select b.run_id, b.pc from waymark.tasks b where b.run_id = r.run_id and b.task_no = 0 offset 0) t), p_now);
end
$$;
comment on function waymark._terminate_runs(uuid[], timestamptz) is 'Ends runs at once.';
-- file: functions/control/_terminated_error.sql
-- What the run whose child was terminated gets raised where it waits for it.
create or replace function waymark._terminated_error(p_run_id uuid) returns jsonb
language plpgsql immutable as $$
declare
  v_message text := format('run %s was terminated', p_run_id);
begin
  return jsonb_build_object('$', 'exception', 'type', 'waymark.errors:RunTerminated', 'args', jsonb_build_array(v_message), 'message', v_message,
    'mro', '["waymark.errors:RunTerminated", "waymark.errors:WorkflowFailed", "waymark.errors:WaymarkError", "Exception", "BaseException", "object"]'::jsonb);
end
$$;
comment on function waymark._terminated_error(uuid) is 'The exception value of RunTerminated.';
-- file: functions/control/bulk.sql
-- One verb for all runs that a filter picks, a bounded batch of them: the first `limit` by id after the run `after`. Child runs are never picked: what is done
-- to their parents reaches them. Nothing happens in a dry run, which is the default; it counts. A run that has meanwhile come into another state is passed over.
-- Locks: the bodies of the runs in key order. SQLSTATEs: WM204, WM205.
create or replace function waymark.bulk(p_verb text, p_filter jsonb, p_options jsonb default '{}') returns waymark.bulk_outcome
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_filter waymark.run_filter := waymark._parse_run_filter(p_filter);
  v_options waymark.bulk_options := waymark._parse_bulk_options(p_verb, p_options);
  v_outcome waymark.bulk_outcome;
  v_run_id uuid;
begin
  v_outcome.done := 0;
  v_outcome.matched := 0;
  for v_run_id in
    select r.run_id from waymark.runs r
     where (v_options.after is null or r.run_id > v_options.after) and r.parent_run is null
       and case when p_verb = 'restart' then true when p_verb = 'retry' then r.state = 'failed' else r.state = 'live' end
       and (v_filter.workflow is null or r.workflow = v_filter.workflow)
       and (v_filter.queue is null or r.queue = v_filter.queue)
       and (v_filter.tags is null or r.tags @> v_filter.tags)
       and (v_filter.created_after is null or r.created_at >= v_filter.created_after)
       and (v_filter.created_before is null or r.created_at < v_filter.created_before)
       and (v_filter.error is null or v_filter.error in (r.error #>> '{exception,type}', split_part(r.error #>> '{exception,type}', ':', 2)))
       and (v_filter.states is null or waymark.status(r.run_id) = any (v_filter.states))
     order by r.run_id limit v_options."limit"
  loop
    v_outcome.matched := v_outcome.matched + 1;
    v_outcome.last := v_run_id;
    continue when v_options.dry_run;
    begin
      case p_verb
        when 'cancel' then perform waymark.cancel(v_run_id);
        when 'terminate' then perform waymark.terminate(v_run_id);
        when 'pause' then perform waymark.pause(v_run_id);
        when 'resume' then perform waymark.resume(v_run_id);
        when 'wake' then perform waymark.wake(v_run_id);
        when 'retry' then perform waymark.retry(v_run_id);
        when 'restart' then perform waymark.restart(v_run_id);
        when 'set_priority' then perform waymark.set_priority(v_run_id, v_options.priority);
      end case;
      v_outcome.done := v_outcome.done + 1;
    exception when sqlstate 'WM301' or sqlstate 'WM305' then
      null;
    end;
  end loop;
  v_outcome.more := v_outcome.matched = v_options."limit";
  return v_outcome;
end
$$;
comment on function waymark.bulk(text, jsonb, jsonb) is 'Cancels, terminates, pauses, resumes, wakes, retries or restarts the runs that a filter picks, or only counts them.';
-- file: functions/control/cancel.sql
-- Asks a run to cancel, cooperatively: see _cancel_runs. Of a run that has ended, or was asked before, nothing changes. Answers its status.
-- Locks: the body, then what is the run's; actions that are being handed in are passed over. SQLSTATEs: WM301.
create or replace function waymark.cancel(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if (waymark._lock_run(p_run_id)).run_id is not null then
    perform waymark._cancel_runs(array[p_run_id], waymark._now());
    perform waymark._wake_hungry();
  end if;
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.cancel(uuid) is 'Asks a run to cancel: its body gets asyncio.CancelledError where it waits; returns its status.';
-- file: functions/control/pause.sql
-- Pauses a run: nothing of it is stepped or claimed until it is resumed. Actions that run go on and their results are kept; what becomes due waits. Its child
-- runs are runs of their own and go on. Actions that are ready or in line wait for a timer as if they backed off. Paused already: nothing changes. Answers its status.
-- Locks: the body, then those actions (skip locked). SQLSTATEs: WM301, WM305 the run has ended, 40001 a turn that is claiming one of them does not end.
create or replace function waymark.pause(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  c_patience constant interval := interval '5 seconds';
  v_body waymark.tasks := waymark._lock_run(p_run_id);
begin
  if v_body.run_id is null then
    perform waymark._refuse_state('pause', p_run_id, 'has not ended');
  end if;
  update waymark.tasks set paused = true where run_id = p_run_id and v_body.paused is null;
  loop
    with held as (
      update waymark.actions a set state = 'backoff'
        from (select c.ctid as row_id, c.state from waymark.actions c
               where c.run_id = p_run_id and c.state in ('ready', 'blocked') for update skip locked offset 0) c
       where a.ctid = c.row_id
      returning a.task_no, a.action_id, case when c.state = 'ready' then a.key_id end as key_id
    )
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select p_run_id, h.task_no, h.action_id, 'infinity' from held h
    union all
    select h.key_id, -1, -nextval('waymark.numbers'), waymark._now() from held h where h.key_id is not null;
    -- One that a turn is claiming runs, but only if that turn is committed: rolled back, it would be claimed by the next. A turn that claims waits for nobody.
    exit when not exists (select from waymark.actions c where c.run_id = p_run_id and c.state in ('ready', 'blocked'));
    if clock_timestamp() > statement_timestamp() + c_patience then
      raise exception using errcode = '40001', message = format('an action of run %s is being claimed', p_run_id), hint = 'Pause it again.';
    end if;
    perform pg_sleep(0.002);
  end loop;
  perform waymark._wake_hungry();
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.pause(uuid) is 'Pauses a run: nothing of it is stepped or claimed until it is resumed; returns its status.';
-- file: functions/control/restart.sql
-- Starts a new run with the input of another, whatever became of that: same workflow (its newest program), arguments, priority, queue, tags and time to its deadline; no idempotency
-- key. Answers the id of the new run. SQLSTATEs: WM301, and those of waymark.start.
create or replace function waymark.restart(p_run_id uuid) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_run waymark.runs;
begin
  select * into v_run from waymark.runs r where r.run_id = p_run_id;
  if not found then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  end if;
  return waymark.start(v_run.workflow, v_run.arguments, jsonb_strip_nulls(
    jsonb_build_object('priority', v_run.priority, 'queue', v_run.queue, 'tags', v_run.tags,
                       'deadline', extract(epoch from v_run.deadline - v_run.created_at))));
end
$$;
comment on function waymark.restart(uuid) is 'Starts a new run with the input of another and the newest program; returns its id.';
-- file: functions/control/resume.sql
-- Resumes a paused run; one that is not paused goes on as it does. Answers its status. Locks: the body, its timers. SQLSTATEs: WM301, WM305 the run has ended.
create or replace function waymark.resume(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if (waymark._lock_run(p_run_id)).run_id is null then
    perform waymark._refuse_state('resume', p_run_id, 'has not ended');
  end if;
  perform waymark._resume_runs(array[p_run_id], waymark._now());
  perform waymark._wake_hungry();
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.resume(uuid) is 'Resumes a paused run; returns its status.';
-- file: functions/control/retry.sql
-- Lets a failed run go on from the await at which it failed: what had failed, or was abandoned by it, is called again, as attempt 1; results that are there stay.
-- A child run is started anew, of its newest program. Where nothing had failed at that await, the code behind it runs again. Answers the run's status.
-- To be restarted instead are runs that had more than their body when they failed (tasks, open timeouts, semaphores), and those that stood at a wait for tasks, at
-- branches that are functions, or at a sleep that their deadline cut short. A deadline that has passed counts no more.
-- Locks: the row of runs, then what the run has left (skip locked). SQLSTATEs: WM301, WM305 the run has not failed, or is to be restarted.
create or replace function waymark.retry(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_now timestamptz := waymark._now();
  v_run waymark.runs;
  v_kept waymark.failed_tasks;
  v_step waymark.task_step;
begin
  select * into v_run from waymark.runs r where r.run_id = p_run_id for no key update;
  if not found then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  elsif v_run.state <> 'failed' then
    perform waymark._refuse_state('retry', p_run_id, 'has failed');
  end if;
  select * into v_kept from waymark.failed_tasks f where f.run_id = p_run_id;
  if not found or exists (select from waymark.task_history h where h.run_id = p_run_id and h.parent_no = 0 and h.parent_step = v_kept.step_no)
     or exists (select from waymark.program_nodes n where n.program_id = v_kept.program_id and n.node = ~v_kept.pc
                   and (n.kind in ('wait', 'unscope', 'acquire') or n.kind = 'sleep' and v_run.error ? 'overdue')) then
    perform waymark._refuse_state('retry', p_run_id, 'failed in an await of its body that can be made again; waymark.restart starts this one anew');
  end if;
  v_step := row(null, p_run_id, 0, v_kept.program_id, v_run.priority, v_run.queue, v_run.started_at, 0, true, v_kept.pc,
                v_kept.locals, v_kept.frames, v_kept.heap, 'branches', null, null)::waymark.task_step;
  perform waymark._abandon_calls(array[v_step], v_now);
  -- A parent that has not heard of the failure yet goes on waiting.
  delete from waymark.timers
   where run_id = p_run_id and action_id <= 0 or run_id = v_run.parent_run and task_no = 0 and action_id = v_run.parent_action;
  insert into waymark.timers (run_id, task_no, action_id, due_at) select p_run_id, 0, -3, v_run.deadline where v_run.deadline > v_now;
  update waymark.runs set state = 'live', error = null, ended_at = null, cancel_requested_at = null where run_id = p_run_id;
  select jsonb_build_object('branches', coalesce(jsonb_agg(waymark._call_again(h.attempt, v_kept) order by (h.attempt).slot), '[]')) into v_step.payload
    from (select distinct on (a.slot) a as attempt from waymark.action_attempts a
           where a.run_id = p_run_id and a.task_no = 0 and a.step_no = v_kept.step_no order by a.slot, a.attempt desc) h
   where v_kept.pc < 0;
  perform waymark._revive(v_step, v_kept, v_now);
  delete from waymark.failed_tasks where run_id = p_run_id;
  delete from waymark.failed_calls where run_id = p_run_id;
  perform waymark._wake_hungry();
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.retry(uuid) is 'Lets a failed run go on from the await at which it failed; returns its status.';
-- file: functions/control/set_priority.sql
-- Changes the priority of a live run, and with it that of its tasks and actions; an action whose result is being handed in right now keeps its own.
-- Answers the run's status. Locks: the body, actions (skip locked), the row of runs. SQLSTATEs: WM205, WM301, WM305 the run has ended.
create or replace function waymark.set_priority(p_run_id uuid, p_priority int) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if p_priority is null or p_priority not between -1000 and 1000 then
    raise exception using errcode = 'WM205', message = format('the priority is %s; allowed is a whole number from -1000 to 1000', coalesce(p_priority::text, 'null'));
  elsif (waymark._lock_run(p_run_id)).run_id is null then
    perform waymark._refuse_state('set_priority', p_run_id, 'has not ended');
  end if;
  update waymark.actions a set priority = p_priority
    from (select c.ctid as row_id from waymark.actions c where c.run_id = p_run_id for update skip locked offset 0) c where a.ctid = c.row_id;
  update waymark.tasks set priority = p_priority where run_id = p_run_id;
  update waymark.runs set priority = p_priority where run_id = p_run_id;
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.set_priority(uuid, int) is 'Changes the priority of a live run; returns its status.';
-- file: functions/control/terminate.sql
-- Ends a run at once, and its child runs: no handler is asked, what its actions still say is rejected. Of a run that has ended nothing changes. Answers
-- its status. Locks: the body, then what is the run's; actions that are being handed in are passed over. SQLSTATEs: WM301.
create or replace function waymark.terminate(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if (waymark._lock_run(p_run_id)).run_id is not null then
    perform waymark._terminate_runs(array[p_run_id], waymark._now());
    perform waymark._wake_hungry();
  end if;
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.terminate(uuid) is 'Ends a run at once, without asking its handlers; returns its status.';
-- file: functions/control/wake.sql
-- Ends the sleeps of a run early, those of its body and of its other tasks, and a delayed start: they are ready. Timeouts, backoffs and deadlines stay what they are. A run that does not sleep
-- goes on as it does; a paused one is awake when it is resumed. Answers its status. Locks: the body, its tasks, their timers. SQLSTATEs: WM301, WM305 the run has ended.
create or replace function waymark.wake(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if (waymark._lock_run(p_run_id)).run_id is null then
    perform waymark._refuse_state('wake', p_run_id, 'has not ended');
  end if;
  with woken as (
    update waymark.tasks t set state = 'ready', ready_at = waymark._now() where t.run_id = p_run_id and t.state = 'timer' returning t.task_no
  )
  delete from waymark.timers m using woken w where m.run_id = p_run_id and m.task_no = w.task_no and m.action_id = 0;
  perform waymark._wake_hungry();
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.wake(uuid) is 'Ends the sleeps of a run early; returns its status.';
-- file: functions/errors/_builtin_mro.sql
-- The method resolution order of Python's builtin exception classes, for exceptions that the engine raises itself.
-- The one static place: tests/operators compares it with CPython. SQL null for a name that is not among them.
create or replace function waymark._builtin_mro(p_class text) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return '{
    "ArithmeticError": ["ArithmeticError", "Exception", "BaseException", "object"],
    "AssertionError": ["AssertionError", "Exception", "BaseException", "object"],
    "AttributeError": ["AttributeError", "Exception", "BaseException", "object"], "BaseException": ["BaseException", "object"],
    "BaseExceptionGroup": ["BaseExceptionGroup", "BaseException", "object"],
    "BlockingIOError": ["BlockingIOError", "OSError", "Exception", "BaseException", "object"],
    "BrokenPipeError": ["BrokenPipeError", "ConnectionError", "OSError", "Exception", "BaseException", "object"],
    "BufferError": ["BufferError", "Exception", "BaseException", "object"],
    "BytesWarning": ["BytesWarning", "Warning", "Exception", "BaseException", "object"],
    "ChildProcessError": ["ChildProcessError", "OSError", "Exception", "BaseException", "object"],
    "ConnectionAbortedError": ["ConnectionAbortedError", "ConnectionError", "OSError", "Exception", "BaseException", "object"],
    "ConnectionError": ["ConnectionError", "OSError", "Exception", "BaseException", "object"],
    "ConnectionRefusedError": ["ConnectionRefusedError", "ConnectionError", "OSError", "Exception", "BaseException", "object"],
    "ConnectionResetError": ["ConnectionResetError", "ConnectionError", "OSError", "Exception", "BaseException", "object"],
    "DeprecationWarning": ["DeprecationWarning", "Warning", "Exception", "BaseException", "object"],
    "EOFError": ["EOFError", "Exception", "BaseException", "object"],
    "EncodingWarning": ["EncodingWarning", "Warning", "Exception", "BaseException", "object"], "Exception": ["Exception", "BaseException", "object"],
    "ExceptionGroup": ["ExceptionGroup", "BaseExceptionGroup", "Exception", "BaseException", "object"],
    "FileExistsError": ["FileExistsError", "OSError", "Exception", "BaseException", "object"],
    "FileNotFoundError": ["FileNotFoundError", "OSError", "Exception", "BaseException", "object"],
    "FloatingPointError": ["FloatingPointError", "ArithmeticError", "Exception", "BaseException", "object"],
    "FutureWarning": ["FutureWarning", "Warning", "Exception", "BaseException", "object"],
    "GeneratorExit": ["GeneratorExit", "BaseException", "object"], "ImportError": ["ImportError", "Exception", "BaseException", "object"],
    "ImportWarning": ["ImportWarning", "Warning", "Exception", "BaseException", "object"],
    "IndentationError": ["IndentationError", "SyntaxError", "Exception", "BaseException", "object"],
    "IndexError": ["IndexError", "LookupError", "Exception", "BaseException", "object"],
    "InterruptedError": ["InterruptedError", "OSError", "Exception", "BaseException", "object"],
    "IsADirectoryError": ["IsADirectoryError", "OSError", "Exception", "BaseException", "object"],
    "KeyError": ["KeyError", "LookupError", "Exception", "BaseException", "object"],
    "KeyboardInterrupt": ["KeyboardInterrupt", "BaseException", "object"], "LookupError": ["LookupError", "Exception", "BaseException", "object"],
    "MemoryError": ["MemoryError", "Exception", "BaseException", "object"],
    "ModuleNotFoundError": ["ModuleNotFoundError", "ImportError", "Exception", "BaseException", "object"],
    "NameError": ["NameError", "Exception", "BaseException", "object"],
    "NotADirectoryError": ["NotADirectoryError", "OSError", "Exception", "BaseException", "object"],
    "NotImplementedError": ["NotImplementedError", "RuntimeError", "Exception", "BaseException", "object"],
    "OSError": ["OSError", "Exception", "BaseException", "object"],
    "OverflowError": ["OverflowError", "ArithmeticError", "Exception", "BaseException", "object"],
    "PendingDeprecationWarning": ["PendingDeprecationWarning", "Warning", "Exception", "BaseException", "object"],
    "PermissionError": ["PermissionError", "OSError", "Exception", "BaseException", "object"],
    "ProcessLookupError": ["ProcessLookupError", "OSError", "Exception", "BaseException", "object"],
    "RecursionError": ["RecursionError", "RuntimeError", "Exception", "BaseException", "object"],
    "ReferenceError": ["ReferenceError", "Exception", "BaseException", "object"],
    "ResourceWarning": ["ResourceWarning", "Warning", "Exception", "BaseException", "object"],
    "RuntimeError": ["RuntimeError", "Exception", "BaseException", "object"],
    "RuntimeWarning": ["RuntimeWarning", "Warning", "Exception", "BaseException", "object"],
    "StopAsyncIteration": ["StopAsyncIteration", "Exception", "BaseException", "object"],
    "StopIteration": ["StopIteration", "Exception", "BaseException", "object"],
    "SyntaxError": ["SyntaxError", "Exception", "BaseException", "object"],
    "SyntaxWarning": ["SyntaxWarning", "Warning", "Exception", "BaseException", "object"],
    "SystemError": ["SystemError", "Exception", "BaseException", "object"], "SystemExit": ["SystemExit", "BaseException", "object"],
    "TabError": ["TabError", "IndentationError", "SyntaxError", "Exception", "BaseException", "object"],
    "TimeoutError": ["TimeoutError", "OSError", "Exception", "BaseException", "object"],
    "TypeError": ["TypeError", "Exception", "BaseException", "object"],
    "UnboundLocalError": ["UnboundLocalError", "NameError", "Exception", "BaseException", "object"],
    "UnicodeDecodeError": ["UnicodeDecodeError", "UnicodeError", "ValueError", "Exception", "BaseException", "object"],
    "UnicodeEncodeError": ["UnicodeEncodeError", "UnicodeError", "ValueError", "Exception", "BaseException", "object"],
    "UnicodeError": ["UnicodeError", "ValueError", "Exception", "BaseException", "object"],
    "UnicodeTranslateError": ["UnicodeTranslateError", "UnicodeError", "ValueError", "Exception", "BaseException", "object"],
    "UnicodeWarning": ["UnicodeWarning", "Warning", "Exception", "BaseException", "object"],
    "UserWarning": ["UserWarning", "Warning", "Exception", "BaseException", "object"],
    "ValueError": ["ValueError", "Exception", "BaseException", "object"], "Warning": ["Warning", "Exception", "BaseException", "object"],
    "ZeroDivisionError": ["ZeroDivisionError", "ArithmeticError", "Exception", "BaseException", "object"]
  }'::jsonb -> p_class;
end
$$;

comment on function waymark._builtin_mro(text) is
  'The names of the classes a builtin Python exception class derives from, itself first; null for any other name.';
-- file: functions/errors/_raise.sql
-- Raises a typed error of the engine; never returns.
-- Every message the engine gives its callers goes through here, so that each carries a SQLSTATE, a detail and a hint.
-- Raises: p_sqlstate, one of the WM… codes listed in sql/README.md.
create or replace function waymark._raise(p_sqlstate text, p_message text, p_detail text default '', p_hint text default '') returns void
language plpgsql stable parallel safe
as $$
begin
  raise exception using errcode = p_sqlstate, message = p_message, detail = p_detail, hint = p_hint;
end
$$;

comment on function waymark._raise(text, text, text, text) is
  'Raises an error of the engine with its SQLSTATE, message, detail and hint.';
-- file: functions/errors/_raise_python.sql
-- Raises a Python exception of a builtin class inside a step; never returns (the result type lets a caller write `return`).
-- Without p_args the message is the only argument, as CPython does for nearly all of its own errors.
-- Raises: WM501, detail: the exception value (docs/internals/values.md). The step function catches it and routes it to its handler.
create or replace function waymark._raise_python(p_class text, p_message text, p_args jsonb default null) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  raise exception using
    errcode = 'WM501',
    message = p_class || ': ' || p_message,
    detail = jsonb_build_object(
      '$', 'exception', 'type', p_class, 'mro', waymark._builtin_mro(p_class),
      'args', coalesce(p_args, jsonb_build_array(p_message)), 'message', p_message)::text,
    hint = 'Handle it in the workflow with try/except.';
end
$$;

comment on function waymark._raise_python(text, text, jsonb) is
  'Raises a builtin Python exception as WM501 with the exception value as detail.';
-- file: functions/errors/_refuse.sql
-- Refuses an operation whose exact Python result the engine cannot give; never returns (the result type lets a caller write `return`).
-- No handler of the workflow catches this: a wrong branch taken silently would be worse than a run that fails and says why.
-- Raises: WM502, hint: the rewrite that works.
create or replace function waymark._refuse(p_what text, p_rewrite text) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  raise exception using
    errcode = 'WM502',
    message = 'cannot compute exactly: ' || p_what,
    detail = 'The engine gives the result that CPython gives, or none.',
    hint = p_rewrite;
end
$$;

comment on function waymark._refuse(text, text) is
  'Refuses (WM502) an operation whose exact Python result the engine cannot give, naming the rewrite.';
-- file: functions/health/_examine_bloat.sql
-- Dead rows of the hot tables against a budget: claims and timers are index probes that pass over dead entries, so they slow down with them. Between two visits of
-- autovacuum, a minute, a busy engine leaves a million or two; more means that vacuum does not come, or may not remove them.
create or replace function waymark._examine_bloat(p_budget bigint) returns setof waymark.finding
language plpgsql stable as $$
declare
  c_hot constant text[] := array['tasks', 'actions', 'timers', 'pages', 'sessions', 'queue_shares'];
begin
  return query
    select 'bloat', case when s.n_dead_tup > 10 * p_budget then 'failure' else 'warning' end,
           format('waymark.%s has %s dead rows beside %s live ones (%s); vacuumed last: %s', s.relname, s.n_dead_tup, s.n_live_tup,
                  pg_size_pretty(pg_table_size(s.relid)), coalesce(to_char(greatest(s.last_vacuum, s.last_autovacuum), 'YYYY-MM-DD HH24:MI:SS'), 'never')),
           format('If a snapshot is old (see snapshots), end it; then: vacuum waymark.%s', s.relname)
      from pg_stat_user_tables s
     where s.schemaname = 'waymark' and s.relname = any (c_hot) and s.n_dead_tup > p_budget + 2 * s.n_live_tup
    union all
    select 'bloat', 'failure', format('autovacuum is switched off for waymark.%s', c.relname), format('alter table waymark.%s reset (autovacuum_enabled)', c.relname)
      from pg_class c where c.relnamespace = 'waymark'::regnamespace and c.relname = any (c_hot)
       and exists (select from pg_options_to_table(c.reloptions) o where o.option_name = 'autovacuum_enabled' and not o.option_value::boolean);
  if not found then
    return next row('bloat', 'ok', (
      select 'dead rows: ' || string_agg(format('%s %s', s.relname, s.n_dead_tup), ', ' order by s.relname)
        from pg_stat_user_tables s where s.schemaname = 'waymark' and s.relname = any (c_hot)), null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_bloat(bigint) is 'Examines dead rows of the hot tables.';
-- file: functions/health/_examine_connections.sql
-- Connections of the whole server against what it allows.
create or replace function waymark._examine_connections() returns setof waymark.finding
language plpgsql stable as $$
declare
  v_used bigint := (select sum(d.numbackends) from pg_stat_database d);
  v_allowed int := current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int;
  v_status text := case when v_used >= v_allowed * 0.95 then 'failure' when v_used >= v_allowed * 0.8 then 'warning' else 'ok' end;
begin
  return next row('connections', v_status, format('%s of %s connections are used', v_used, v_allowed),
                  case when v_status <> 'ok' then 'A daemon has one for each lane and three more, a client process at most 11: raise max_connections, or put a pooler before the clients.'
                  end)::waymark.finding;
end
$$;
comment on function waymark._examine_connections() is 'Examines the number of connections.';
-- file: functions/health/_examine_functions.sql
-- Public functions run with the owner's rights, so none may look names up where its caller can put them; internal ones have the rights of who calls them.
create or replace function waymark._examine_functions() returns setof waymark.finding
language plpgsql stable as $$
begin
  return query
    select 'functions', 'failure', format('%s %s', p.oid::regprocedure, case when not r.public then 'runs with the rights of its owner'
             when not p.prosecdef then 'does not run with the rights of its owner' else 'has no pinned search_path' end),
           'Somebody has altered it: install this version of the engine again.'
      from pg_proc p
     cross join lateral (select p.proname !~ '^(_|py_)' or p.prorettype = 'trigger'::regtype as public) r
     where p.pronamespace = 'waymark'::regnamespace and p.prokind = 'f'
       and (p.prosecdef <> r.public or r.public and not coalesce('search_path=""' = any (p.proconfig), false));
  if not found then
    return next row('functions', 'ok', 'all search paths are pinned', null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_functions() is 'Examines whose rights functions run with, and their search paths.';
-- file: functions/health/_examine_notifications.sql
-- The queue of notifications, of the whole server: a listener that stays in a transaction keeps all that were sent since. When it is full, whoever notifies fails.
create or replace function waymark._examine_notifications(p_usage double precision) returns setof waymark.finding
language plpgsql stable as $$
begin
  return next row('notifications', case when p_usage > 0.5 then 'failure' when p_usage > 0.1 then 'warning' else 'ok' end,
                  format('%s %% of the queue of notifications is used', round(p_usage::numeric * 100, 1)),
                  case when p_usage > 0.1 then 'A session that listens has been in one transaction for long: end it (select * from pg_stat_activity order by xact_start).' end
                 )::waymark.finding;
end
$$;
comment on function waymark._examine_notifications(double precision) is 'Examines the queue of notifications.';
-- file: functions/health/_examine_queues.sql
-- Queues with ready work: who serves each, and for how long the next in line has waited. A probe of the index for each queue, whatever is in it.
create or replace function waymark._examine_queues(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
declare
  c_patience constant interval := interval '1 minute';
  v_alive boolean := exists (select from waymark.sessions s where s.expires_at > p_now);
  v_longest interval;
begin
  return query
    with recursive queues as (
      (select a.queue from waymark.actions a where a.state = 'ready' order by a.queue limit 1)
      union all
      select (select a.queue from waymark.actions a where a.state = 'ready' and a.queue > q.queue order by a.queue limit 1)
        from queues q where q.queue is not null
    ), waiting as (
      select q.queue, h.ready_at, waymark._why_idle(q.queue) as idle, waymark._why_limited(q.queue, p_now) as limited
        from queues q
       cross join lateral (
          select a.ready_at from waymark.actions a where a.state = 'ready' and a.queue = q.queue
           order by (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' limit 1) h
       limit 1000
    )
    select 'queues', case when w.idle is null then 'warning' else 'failure' end,
           format('the next action of queue "%s" has waited since %s%s', w.queue, to_char(w.ready_at, 'YYYY-MM-DD HH24:MI:SS'),
                  coalesce(' for ' || w.idle, ': the queue is at ' || w.limited, '')),
           case when not v_alive then 'Start workers: start-workers.' when w.idle is not null then format('Start workers that serve it: start-workers --queues %s.', w.queue)
                when w.limited is not null then 'If that is not meant, raise the limit: waymark queue set.'
                else 'The workers are busy: start more, or raise WAYMARK_CONCURRENT_PER_WORKER.' end
      from waiting w where w.idle is not null or w.ready_at < p_now - c_patience;
  if not found then
    select p_now - min(a.ready_at) into v_longest
      from (select a.ready_at from waymark.actions a where a.state = 'ready' limit 10000) a;
    return next row('queues', 'ok', coalesce(format('ready actions wait, for %s s at most', round(extract(epoch from v_longest), 1)), 'no action waits'), null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_queues(timestamptz) is 'Examines the queues that have ready work.';
-- file: functions/health/_examine_roles.sql
-- Least privilege: the owner cannot log in and owns everything; others call public functions and read, and write nothing by themselves.
create or replace function waymark._examine_roles() returns setof waymark.finding
language plpgsql stable as $$
declare
  c_limit constant int := 20;
  c_grants constant text := 'Revoke it; sql/grants.sql has what is granted.';
begin
  return query
    with rights as (
      select p.oid::regprocedure::text as thing, p.proowner as owner, a.grantee, 'call' as privilege,
             p.proname !~ '^(_|py_)' and p.pronamespace = 'waymark'::regnamespace as shared
        from pg_proc p cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
       where p.pronamespace in ('waymark'::regnamespace, 'waymark_programs'::regnamespace)
      union all
      select c.oid::regclass::text, c.relowner, a.grantee, lower(a.privilege_type), a.privilege_type = 'SELECT'
        from pg_class c cross join lateral aclexplode(c.relacl) a where c.relnamespace = 'waymark'::regnamespace
      union all
      select 'schema ' || n.nspname, n.nspowner, a.grantee, lower(a.privilege_type), a.privilege_type = 'USAGE'
        from pg_namespace n cross join lateral aclexplode(n.nspacl) a where n.nspname in ('waymark', 'waymark_programs')
    )
    select 'roles', 'failure', f.detail, f.hint
      from (
        select format('%s may %s %s', coalesce(g.rolname, 'everybody'), r.privilege, r.thing) as detail, c_grants as hint
          from rights r left join pg_roles g on g.oid = r.grantee
         where r.grantee <> r.owner and (r.grantee = 0 or not r.shared)
        union all
        select format('nobody may call %s', r.thing), 'Grant it again, as sql/grants.sql does.'
          from rights r where r.privilege = 'call' and r.shared group by r.thing, r.owner having bool_and(r.grantee = r.owner)
        union all
        select format('%s is not owned by waymark_owner', o.thing), format('alter %s owner to waymark_owner', o.thing)
          from (select 'function ' || p.oid::regprocedure, p.proowner from pg_proc p where p.pronamespace = 'waymark'::regnamespace
                union all select 'table ' || c.oid::regclass, c.relowner from pg_class c
                 where c.relnamespace = 'waymark'::regnamespace and c.relkind in ('r', 'v')) o(thing, owner)
         where o.owner <> 'waymark_owner'::regrole
        union all
        select format('waymark_owner %s', case when r.rolsuper then 'is a superuser' else 'can log in' end), 'alter role waymark_owner nosuperuser nologin'
          from pg_roles r where r.rolname = 'waymark_owner' and (r.rolsuper or r.rolcanlogin)
      ) f limit c_limit;
  if not found then
    return next row('roles', 'ok', (
      select string_agg(format('%s: %s', g.rolname, coalesce(m.members, 'nobody')), '; ' order by g.rolname)
        from pg_roles g
       cross join lateral (select string_agg(u.rolname, ', ' order by u.rolname) as members
                             from pg_auth_members a join pg_roles u on u.oid = a.member where a.roleid = g.oid) m
       where g.rolname in ('waymark_owner', 'waymark_client', 'waymark_worker', 'waymark_reader')), null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_roles() is 'Examines roles and grants.';
-- file: functions/health/_examine_runs.sql
-- Workflows of which runs failed lately, among the latest 10,000 runs of an hour.
create or replace function waymark._examine_runs(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
declare
  c_limit constant int := 10000;
begin
  return query
    select 'runs', 'warning', format('%s of %s runs of %s in the last hour failed, the last one with %s', f.failed, f.total, f.workflow, f.last),
           format('select * from waymark.run_overview where workflow = %L and status = ''failed''; `waymark retry` lets them go on.', f.workflow)
      from (
        select r.workflow, count(*) as total, count(*) filter (where r.state = 'failed') as failed,
               (array_agg(format('%s: %s', r.error #>> '{exception,type}', left(r.error #>> '{exception,message}', 100)) order by r.ended_at desc)
                 filter (where r.state = 'failed'))[1] as last
          from (select * from waymark.runs n where n.created_at > p_now - interval '1 hour' order by n.created_at desc limit c_limit) r
         group by r.workflow
      ) f where f.failed > 0 order by f.failed desc limit 10;
  if not found then
    return next row('runs', 'ok', 'none failed in the last hour', null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_runs(timestamptz) is 'Examines which runs failed lately.';
-- file: functions/health/_examine_sessions.sql
-- Daemons and their leases: that some are alive, and that what dead ones have held was taken over.
create or replace function waymark._examine_sessions(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
declare
  c_patience constant interval := interval '1 minute';
  v_alive int := (select count(*) from waymark.sessions s where s.expires_at > p_now);
begin
  if v_alive = 0 then
    return next row('sessions', case when exists (select from waymark.tasks) then 'failure' else 'warning' end,
                    case when exists (select from waymark.tasks) then 'no daemon is alive, and runs wait' else 'no daemon is alive' end,
                    'Start workers: start-workers.')::waymark.finding;
  end if;
  return query
    select 'sessions', 'failure', format('the lease of session %s (pid %s on %s) expired at %s and nobody has taken over', s.session_id,
             coalesce(s.info ->> 'pid', '?'), coalesce(s.info ->> 'host', '?'), to_char(s.expires_at, 'YYYY-MM-DD HH24:MI:SS')),
           case when v_alive = 0 then 'Any daemon takes over: start-workers.' else 'Daemons take over within seconds: look into their logs.' end
      from waymark.sessions s where s.expires_at <= p_now - c_patience order by s.expires_at limit 10;
  return query
    select 'sessions', 'failure', format('attempt %s of action %s of run %s is over its deadline of %s and nobody has ended it', a.attempt, a.name, a.run_id,
             to_char(a.deadline, 'YYYY-MM-DD HH24:MI:SS')),
           case when v_alive = 0 then 'Any daemon does: start-workers.' else 'Daemons do within seconds: look into their logs.' end
      from waymark.actions a where a.state = 'running' and a.deadline <= p_now - c_patience order by a.deadline limit 10;
  if v_alive > 0 and not found and not exists (select from waymark.sessions s where s.expires_at <= p_now - c_patience) then
    return next row('sessions', 'ok', format('daemons alive: %s', v_alive), null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_sessions(timestamptz) is 'Examines daemons and their leases.';
-- file: functions/health/_examine_settings.sql
-- Settings on which the promises of the engine rest, as the caller's session has them.
create or replace function waymark._examine_settings() returns setof waymark.finding
language plpgsql stable as $$
begin
  return query
    select 'settings', case when s.fatal then 'failure' else 'warning' end, format('%s is %s', s.name, current_setting(s.name)), s.hint
      from (values
        ('fsync', '{on}'::text[], true, 'A crash of the machine can destroy the database: fsync = on.'),
        ('full_page_writes', '{on}', true, 'A crash of the machine can destroy pages: full_page_writes = on.'),
        ('synchronous_commit', '{on,local,remote_write,remote_apply}', true, 'A crash forgets runs and results that were confirmed: synchronous_commit = on.'),
        ('autovacuum', '{on}', true, 'Dead rows slow every claim: autovacuum = on.'),
        ('track_counts', '{on}', true, 'Autovacuum does not know where to go: track_counts = on.'),
        ('default_transaction_isolation', '{read committed}', true, 'Turns need to see what others have just committed: default_transaction_isolation = ''read committed''.'),
        ('default_transaction_read_only', '{off}', true, 'Nothing can be written: default_transaction_read_only = off, on the primary server.'),
        ('transaction_read_only', '{off}', true, 'Nothing can be written in this transaction; WAYMARK_DATABASE_URL must name the primary server.'),
        ('statement_timeout', '{0}', false, 'A large turn that is cut off is made again in vain: exempt the roles of the workers (alter role … set statement_timeout = 0).'),
        ('idle_in_transaction_session_timeout', null, false, 'A client that forgets its transaction holds back vacuum for good: set it, to ''10min'' for example.')
      ) s(name, allowed, fatal, hint)
     where case when s.allowed is null then current_setting(s.name) = '0' else current_setting(s.name) <> all (s.allowed) end;
  if not found then
    return next row('settings', 'ok', 'the settings fit', null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_settings() is 'Examines the settings on which the engine rests.';
-- file: functions/health/_examine_snapshots.sql
-- Who holds old snapshots: until they are gone, vacuum removes no row that died since. A session that has written holds one by its transaction id, too.
-- Postgres shows name and age to everybody, but for how long to pg_read_all_stats only. Not listed: autovacuum, which holds nobody up.
create or replace function waymark._examine_snapshots(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
begin
  return query
    with holders as (
      select format('session %s (%s of %s%s)', a.pid, coalesce(nullif(a.application_name, ''), 'no name'), a.usename, ', ' || a.state) as name,
             greatest(age(a.backend_xmin), age(a.backend_xid)) as transactions, extract(epoch from p_now - a.xact_start) / 60 as minutes,
             format('End it: select pg_terminate_backend(%s). idle_in_transaction_session_timeout ends idle ones by itself.', a.pid) as hint
        from pg_stat_activity a
       where (a.datid is null or a.datname = current_database()) and a.usesysid is not null and a.pid <> pg_backend_pid()
         and num_nonnulls(a.backend_xmin, a.backend_xid) > 0
      union all
      select format('prepared transaction %L of %s', x.gid, x.owner), age(x.transaction), extract(epoch from p_now - x.prepared) / 60,
             format('End it: rollback prepared %L, or commit it.', x.gid)
        from pg_prepared_xacts x where x.database = current_database()
      union all
      select format('replication slot %L', s.slot_name), greatest(age(s.xmin), age(s.catalog_xmin)), null,
             format('If nobody reads it any more: select pg_drop_replication_slot(%L).', s.slot_name)
        from pg_replication_slots s where num_nonnulls(s.xmin, s.catalog_xmin) > 0
    ), judged as (
      select h.*, case when h.minutes >= 30 or h.transactions >= 5000000 then 'failure'
                       when h.minutes >= 5 or h.transactions >= 500000 then 'warning' else 'ok' end as status,
             row_number() over (order by h.transactions desc, h.minutes desc nulls last) as place
        from holders h
    )
    select 'snapshots', j.status, format('%s holds a snapshot from %s transactions%s ago', j.name, j.transactions, ' and ' || round(j.minutes) || ' minutes'),
           case when j.status <> 'ok' then j.hint end
      from judged j where j.place = 1 or j.place <= 5 and j.status <> 'ok' order by j.place;
  if not found then
    return next row('snapshots', 'ok', 'nobody holds a snapshot', null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_snapshots(timestamptz) is 'Examines who holds old snapshots.';
-- file: functions/health/_examine_turns.sql
-- Whether turns keep up: bodies that are ready, and timers that are due, are taken at once. With no daemon alive there are no turns (_examine_sessions).
create or replace function waymark._examine_turns(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
declare
  c_patience constant interval := interval '1 minute';
begin
  return query
    select 'turns', 'warning', format('%s waits since %s', f.what, to_char(f.since, 'YYYY-MM-DD HH24:MI:SS')),
           'Turns do not keep up: look at the load of the database and into the logs of the daemons; WAYMARK_EXECUTOR_SHARDS gives a daemon more lanes.'
      from (
        (select 'the body of run ' || t.run_id, t.ready_at from waymark.tasks t where t.state = 'ready' and t.task_no = 0 and t.paused is null
          order by (t.ready_at at time zone 'UTC') + t.priority * interval '1 minute' limit 1)
        union all
        (select 'a timer of run ' || m.run_id, m.due_at from waymark.timers m order by m.due_at limit 1)
      ) f(what, since)
     where f.since < p_now - c_patience and exists (select from waymark.sessions s where s.expires_at > p_now);
  if not found then
    return next row('turns', 'ok', 'what is ready or due is taken at once', null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_turns(timestamptz) is 'Examines whether turns keep up.';
-- file: functions/health/_examine_version.sql
-- The engine's API version, and those of the daemons: several at once are an upgrade that is on its way, or was left half done.
create or replace function waymark._examine_version(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
declare
  v_versions text[];
begin
  select array_agg(distinct coalesce(s.info ->> 'version', 'unknown')) into v_versions from waymark.sessions s where s.expires_at > p_now;
  if cardinality(v_versions) > 1 then
    return next row('version', 'warning', format('daemons of several versions are alive: %s', array_to_string(v_versions, ', ')),
                    'If no upgrade is on its way, upgrade the others: select info from waymark.sessions names their hosts.')::waymark.finding;
  else
    return next row('version', 'ok', format('engine API version %s; daemons: %s', waymark.hello(0, 2147483647),
                    coalesce(v_versions[1], 'none')), null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_version(timestamptz) is 'Examines the versions of engine and daemons.';
-- file: functions/health/doctor.sql
-- Examines the health of the engine: one row a check that is well (ok), one for each thing that will hurt soon (warning) or hurts now (failure), with
-- what to do about it. Of other sessions it sees what Postgres shows to waymark_owner; of settings, those of the caller's session. Reads only.
create or replace function waymark.doctor() returns setof waymark.finding
language plpgsql stable security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
begin
  return query select * from waymark._examine_version(v_now);
  return query select * from waymark._examine_roles();
  return query select * from waymark._examine_functions();
  return query select * from waymark._examine_sessions(v_now);
  return query select * from waymark._examine_queues(v_now);
  return query select * from waymark._examine_turns(v_now);
  return query select * from waymark._examine_runs(v_now);
  return query select * from waymark._examine_bloat(2000000);
  return query select * from waymark._examine_snapshots(v_now);
  return query select * from waymark._examine_notifications(pg_notification_queue_usage());
  return query select * from waymark._examine_connections();
  return query select * from waymark._examine_settings();
end
$$;
comment on function waymark.doctor() is 'Examines the health of the engine and says what to do.';
-- file: functions/heap/_frame_split.sql
-- The variables of a function as they are kept with the task, and the pages to be written, as waymark._pages_split. Large values get numbers below p_next.
create or replace function waymark._frame_split(p_locals jsonb, p_store bigint, p_next int) returns jsonb
language plpgsql stable
as $$
begin
  return (
    with variable as materialized (
      select v.key, waymark._pages_split(v.value, p_store, p_next - row_number() over ()::int) as split from jsonb_each(p_locals) v)
    select jsonb_build_object(
      'value', coalesce(jsonb_object_agg(v.key, v.split -> 'value'), '{}'),
      'pages', waymark._join_lists(coalesce(jsonb_agg(v.split -> 'pages') filter (where v.split ? 'pages'), '[]')),
      'void', waymark._join_lists(coalesce(jsonb_agg(v.split -> 'void') filter (where v.split ? 'void'), '[]')))
    from variable v);
end
$$;

comment on function waymark._frame_split(jsonb, bigint, int) is
  'The variables of a function as they are kept with the task, and their pages.';
-- file: functions/heap/_frame_whole.sql
-- The variables of a function out of their pages.
create or replace function waymark._frame_whole(p_locals jsonb) returns jsonb
language plpgsql stable
as $$
begin
  return coalesce((
    select jsonb_object_agg(variable.key, case variable.value ->> '$'
      when 'keys' then (variable.value || jsonb_build_object('v', waymark._paged_whole(variable.value -> 'v'))) - 'seen'
      else waymark._paged_whole(variable.value) end)
    from jsonb_each(p_locals) as variable), '{}');
end
$$;

comment on function waymark._frame_whole(jsonb) is
  'The variables of a function out of their pages.';
-- file: functions/heap/_heap_box.sql
-- The IR form "box": a plain tree, its mutable containers made objects at the levels that say so. The last level stands for all below it.
-- References and objects that are in the heap already stay as they are.
-- Raises: WM502 for instances that may change as elements of sets or keys, where they stand for themselves.
create or replace function waymark._heap_box(p_value jsonb, p_levels boolean[], p_level int default 1) returns jsonb
language plpgsql stable
as $$
declare
  v_is_last boolean := p_level = cardinality(p_levels);
  v_next int := case when p_level = cardinality(p_levels) then p_level else p_level + 1 end;
begin
  if jsonb_typeof(p_value) not in ('array', 'object') or v_is_last and not p_levels[p_level] or waymark._heap_is_reference(p_value)
     or p_value ->> '$' = 'new' then
    return p_value;
  elsif p_value ->> '$' in ('set', 'frozenset', 'dict') and true = any (p_levels[v_next:]) and jsonb_path_exists(
    p_value, case when p_value ->> '$' = 'dict' then '$.v[*][0].**."$" ? (@ like_regex ":")' else '$.v.**."$" ? (@ like_regex ":")' end::jsonpath)
  then
    return waymark._refuse('an object that changes as a key or as an element of a set', 'Use its name, id or value.');
  elsif jsonb_typeof(p_value) = 'array' then
    p_value := coalesce((
      select jsonb_agg(waymark._heap_box(item.value, p_levels, v_next) order by item.position)
      from jsonb_array_elements(p_value) with ordinality as item (value, position)), '[]');
  elsif p_value ->> '$' = 'exception' then
    p_value := p_value || jsonb_build_object('args', coalesce((
      select jsonb_agg(waymark._heap_box(item.value, p_levels, v_next) order by item.position)
      from jsonb_array_elements(p_value -> 'args') with ordinality as item (value, position)), '[]'));
  elsif p_value ->> '$' = 'dict' then
    p_value := jsonb_set(p_value, '{v}', coalesce((
      select jsonb_agg(jsonb_build_array(pair.value -> 0, waymark._heap_box(pair.value -> 1, p_levels, v_next)) order by pair.position)
      from jsonb_array_elements(p_value -> 'v') with ordinality as pair (value, position)), '[]'));
  elsif p_value ->> '$' = 'tuple' then
    return jsonb_set(p_value, '{v}', coalesce((
      select jsonb_agg(waymark._heap_box(item.value, p_levels, v_next) order by item.position)
      from jsonb_array_elements(p_value -> 'v') with ordinality as item (value, position)), '[]'));
  elsif waymark._heap_is_mutable(p_value) and p_value ->> '$' is distinct from 'set' then
    p_value := coalesce((
      select jsonb_object_agg(item.key, case when item.key like '$%' then item.value else waymark._heap_box(item.value, p_levels, v_next) end)
      from jsonb_each(p_value) as item), '{}');
  end if;
  return case when p_levels[p_level] then waymark._heap_new(p_value) else p_value end;
end
$$;

comment on function waymark._heap_box(jsonb, boolean[], int) is
  'A plain tree with objects at the levels that say so.';
-- file: functions/heap/_heap_cell.sql
-- The content of the object that a reference names: {"$": number}. Contents hold references in turn. Of a heap in pages (waymark._heap_spill) the
-- array has the contents that are not there, or have changed since; its element 0 names the store.
create or replace function waymark._heap_cell(p_reference jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
declare
  v_number int := (p_reference -> '$')::int;
begin
  if p_heap[v_number] is not null then
    return p_heap[v_number];
  end if;
  return (
    select p.content -> v_number::text from waymark.pages p
    where p.store_id = p_heap[0]::bigint and p.value_no = 0 and p.page_no = v_number / 8);
end
$$;

comment on function waymark._heap_cell(jsonb, jsonb[]) is
  'The content of the object that a reference names.';
-- file: functions/heap/_heap_close.sql
-- The state of a task as it is kept between steps: {"heap", "locals", "frames"}. The heap is {"cells": contents by number, "live": what was reached when
-- it was last collected}, null without any. p_heap: what it was; p_cells, p_touched: its cells now, and which of those in pages have changed. Objects
-- that nothing reaches are dropped, and the others renumbered, when they could be more than half: so endless loops do not leak, and collecting costs what
-- allocating did. Large state goes to pages.
create or replace function waymark._heap_close(p_heap jsonb, p_cells jsonb[], p_touched int[], p_locals jsonb, p_frames jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_state jsonb := jsonb_build_object('heap', p_heap, 'locals', p_locals, 'frames', p_frames);
  v_changed jsonb := jsonb '{}';
begin
  if array_upper(p_cells, 1) > 2 * coalesce((p_heap -> 'live')::int, 0) + 32 then
    v_state := waymark._heap_collect(p_heap, p_cells, p_locals, p_frames);
  elsif p_cells is not null then
    v_state := v_state || jsonb_build_object('heap', coalesce(p_heap, '{"live": 0}') || jsonb_build_object(
      'cells', to_jsonb(p_cells[coalesce((p_heap -> 'spilled')::int, 0) + 1 : array_upper(p_cells, 1)])));
    select coalesce(jsonb_object_agg(t.number, p_cells[t.number]), '{}') into v_changed
      from unnest(p_touched) t (number) where t.number <= (p_heap -> 'spilled')::int;
  end if;
  return case when not coalesce(v_state -> 'heap' ? 'store', false) and pg_column_size(v_state) <= 2000 then v_state
    else waymark._heap_spill(v_state, v_changed) end;
end
$$;

comment on function waymark._heap_close(jsonb, jsonb[], int[], jsonb, jsonb) is
  'The state of a task as it is kept between steps, without garbage.';
-- file: functions/heap/_heap_collect.sql
-- The state of a task, out of all pages, with only the objects that are reached, which get new numbers. "void": the pages that it had.
create or replace function waymark._heap_collect(p_heap jsonb, p_cells jsonb[], p_locals jsonb, p_frames jsonb) returns jsonb
language plpgsql stable
as $$
declare
  c_references constant jsonpath := jsonpath 'strict $.** ? (@."$".type() == "number")';
  v_numbers jsonb;
  v_cells jsonb;
begin
  for v_number in 1..array_upper(p_cells, 1) loop
    p_cells[v_number] := waymark._paged_whole(waymark._heap_cell(jsonb_build_object('$', v_number), p_cells));
  end loop;
  p_locals := waymark._frame_whole(p_locals);
  p_frames := coalesce((
    select jsonb_agg(jsonb_set(frame.value, '{locals}', waymark._frame_whole(frame.value -> 'locals')) order by frame.position)
    from jsonb_array_elements(p_frames) with ordinality as frame (value, position)), '[]');
  with recursive reached (number) as (
    select (r.value -> '$')::int from jsonb_path_query(jsonb_build_array(p_locals, p_frames), c_references, silent => true) as r (value)
    union
    select (r.value -> '$')::int from reached, jsonb_path_query(p_cells[reached.number], c_references, silent => true) as r (value)
  ), numbered (number, position) as (
    select reached.number, row_number() over (order by reached.number) from reached
  )
  select coalesce(jsonb_object_agg(numbered.number, numbered.position), '{}'), coalesce(jsonb_agg(p_cells[numbered.number] order by numbered.position), '[]')
    into v_numbers, v_cells from numbered;
  return jsonb_build_object(
    'heap', jsonb_build_object('cells', waymark._heap_renumber(v_cells, v_numbers), 'live', jsonb_array_length(v_cells) + pg_column_size(v_cells) / 32)
      || case when p_heap ? 'store' then jsonb_build_object('store', p_heap -> 'store', 'spilled', 0, 'next', p_heap -> 'next', 'held', p_heap -> 'held',
           'void', (select coalesce(jsonb_agg(distinct p.value_no), '[]') from waymark.pages p
                     where p.store_id = (p_heap -> 'store')::bigint and p.value_no >= 0)) else '{}' end,
    'locals', waymark._heap_renumber(p_locals, v_numbers), 'frames', waymark._heap_renumber(p_frames, v_numbers));
end
$$;

comment on function waymark._heap_collect(jsonb, jsonb[], jsonb, jsonb) is
  'The state of a task without objects that nothing reaches.';
-- file: functions/heap/_heap_held.sql
-- An object's content as it is held: in pages if it is large. For the operators that know how to look into these.
create or replace function waymark._heap_held(p_value jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
begin
  if jsonb_typeof(p_value) = 'object' and jsonb_typeof(p_value -> '$') = 'number' then
    return waymark._heap_cell(p_value, p_heap);
  end if;
  return waymark._heap_load(p_value, p_heap);
end
$$;

comment on function waymark._heap_held(jsonb, jsonb[]) is
  'The content of an object, in pages if it is large.';
-- file: functions/heap/_heap_is_mutable.sql
-- Whether Python can change a value in place, so that it needs an identity. Exceptions are left out: they are never changed in a body.
create or replace function waymark._heap_is_mutable(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'array' then
      return true;
    when 'object' then
      return not p_value ? '$' or jsonb_typeof(p_value -> '$') = 'array' or p_value ->> '$' in ('dict', 'set') or strpos(p_value ->> '$', ':') > 0;
    else
      return false;
  end case;
end
$$;

comment on function waymark._heap_is_mutable(jsonb) is
  'Whether a value is of a mutable type.';
-- file: functions/heap/_heap_is_reference.sql
-- References are the only values whose tag is a number.
create or replace function waymark._heap_is_reference(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return coalesce(jsonb_typeof(p_value -> '$') = 'number', false);
end
$$;

comment on function waymark._heap_is_reference(jsonb) is
  'Whether a value is a reference to an object of the heap.';
-- file: functions/heap/_heap_iter.sql
-- The IR form "walk": what a loop walks. A list stays a reference, so that the loop sees what happens to it; of a dict or set, the keys are
-- kept with it: {"$": "keys", "of": reference, "v": keys, "seen": the digest of the keys, if they were in pages}.
create or replace function waymark._heap_iter(p_value jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
declare
  v_content jsonb := waymark._heap_held(p_value, p_heap);
begin
  if not waymark._heap_is_reference(p_value) then
    return waymark.py_iter(v_content);
  elsif jsonb_typeof(v_content) = 'array' or v_content ->> 'kind' = 'list' and waymark._is_paged(v_content) then
    return p_value;
  end if;
  return jsonb_build_object('$', 'keys', 'of', p_value, 'v', waymark.py_iter(v_content))
    || case when waymark._is_paged(v_content) then jsonb_build_object('seen', v_content -> 'keys') else '{}' end;
end
$$;

comment on function waymark._heap_iter(jsonb, jsonb[]) is
  'What a loop over an object walks.';
-- file: functions/heap/_heap_load.sql
-- The IR form "load": an object's content, one level deep; what is no reference, or not yet settled, is its own content.
create or replace function waymark._heap_load(p_value jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
begin
  if jsonb_typeof(p_value) <> 'object' then
    return p_value;
  elsif jsonb_typeof(p_value -> '$') = 'number' then
    return waymark._paged_whole(waymark._heap_cell(p_value, p_heap));
  elsif p_value ->> '$' = 'new' then
    return p_value -> 'v';
  end if;
  return p_value;
end
$$;

comment on function waymark._heap_load(jsonb, jsonb[]) is
  'The content of an object one level deep.';
-- file: functions/heap/_heap_mutate.sql
-- The node "mutate": p_object's method on its content. Answers {"result"} and, when the content has changed, {"cell", "content"}.
-- Values that cannot change have no cell: an augmented assignment gives them a new value, all else is CPython's error.
-- Raises: WM501 as the method; WM502 where the exact result is not known.
create or replace function waymark._heap_mutate(p_method text, p_object jsonb, p_args jsonb, p_kwargs jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
declare
  v_content jsonb;
  v_kind text;
  v_change jsonb;
  v_position int;
begin
  if not waymark._heap_is_reference(p_object) then
    return jsonb_build_object('result', waymark._py_mutate_immutable(p_method, p_object, p_args));
  end if;
  v_content := waymark._heap_cell(p_object, p_heap);
  if waymark._is_paged(v_content) then
    v_change := case when p_kwargs = '{}' then waymark._paged_mutate(p_method, v_content, p_args) end;
    v_content := case when v_change is null then waymark._paged_whole(v_content) end;
  end if;
  v_kind := waymark._py_kind(v_content);
  if v_change is not null then
    null;
  elsif v_kind = 'list' and p_method = 'remove' then
    v_position := waymark._py_mutate_find(waymark._heap_pack(v_content, p_heap), p_args);
    v_change := jsonb_build_object('content', v_content - v_position, 'result', null);
  elsif v_kind = 'list' then
    v_change := waymark._py_mutate_list(p_method, v_content, p_args, p_kwargs);
  elsif v_kind = 'dict' then
    v_change := waymark._py_mutate_dict(p_method, v_content, p_args, p_kwargs);
  elsif v_kind = 'set' then
    v_change := waymark._py_mutate_set(p_method, v_content, p_args);
  else
    v_change := waymark._py_mutate_object(p_method, v_content, p_args);
  end if;
  if p_method like '\_\_i%' then
    v_change := v_change || jsonb_build_object('result', p_object);
  end if;
  return case when v_change ? 'content' then v_change || jsonb_build_object('cell', p_object -> '$') else v_change end;
end
$$;

comment on function waymark._heap_mutate(text, jsonb, jsonb, jsonb, jsonb[]) is
  'Changes an object by a method of its type.';
-- file: functions/heap/_heap_new.sql
-- The IR form "new": a new object that has no cell yet. The expression that made it may use it several times: its id says that these are one.
-- waymark._heap_settle gives it a cell when the expression has been evaluated.
create or replace function waymark._heap_new(p_content jsonb) returns jsonb
language plpgsql stable
as $$
begin
  if waymark._heap_is_mutable(p_content) then
    return jsonb_build_object('$', 'new', 'id', gen_random_uuid(), 'v', p_content);
  end if;
  return p_content;
end
$$;

comment on function waymark._heap_new(jsonb) is
  'A new object with this content, not yet in the heap.';
-- file: functions/heap/_heap_next.sql
-- The element of an iterator (waymark._heap_iter) at a position from 0; SQL null when it is exhausted.
-- Raises: WM501 RuntimeError for a dict or set that has grown or shrunk meanwhile; WM502 when its keys are others.
create or replace function waymark._heap_next(p_iterator jsonb, p_index int, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
declare
  v_content jsonb;
  v_keys jsonb;
begin
  if jsonb_typeof(p_iterator) = 'object' and jsonb_typeof(p_iterator -> '$') = 'number' then
    v_content := waymark._heap_cell(p_iterator, p_heap);
    return case when waymark._is_paged(v_content) then waymark._paged_item(v_content, to_jsonb(p_index)) else v_content -> p_index end;
  elsif p_iterator ->> '$' is distinct from 'keys' then
    return waymark._py_iterate(p_iterator, p_index);
  end if;
  v_content := waymark._heap_cell(p_iterator -> 'of', p_heap);
  if waymark._is_paged(v_content) and v_content -> 'keys' = coalesce(p_iterator -> 'seen', to_jsonb(waymark._paged_digest((p_iterator -> 'v')::text))) then
    return waymark._py_iterate(p_iterator -> 'v', p_index);
  end if;
  v_content := waymark._paged_whole(v_content);
  p_iterator := p_iterator || jsonb_build_object('v', waymark._paged_whole(p_iterator -> 'v'));
  v_keys := case when waymark._py_kind(v_content) = 'set' then v_content -> 'v' else waymark.py_iter(v_content) end;
  if jsonb_array_length(v_keys) <> jsonb_array_length(p_iterator -> 'v') then
    return waymark._raise_python('RuntimeError', case waymark._py_kind(v_content)
      when 'set' then 'Set changed size during iteration' else 'dictionary changed size during iteration' end);
  elsif v_keys <> p_iterator -> 'v' then
    return waymark._refuse('a loop over a dict or set whose keys have been replaced', 'Loop over a list of its keys.');
  end if;
  return p_iterator -> 'v' -> p_index;
end
$$;

comment on function waymark._heap_next(jsonb, int, jsonb[]) is
  'The element of an iterator at a position, null when it is exhausted.';
-- file: functions/heap/_heap_open.sql
-- The cells of a task's heap as the array that a step works on; null for those in pages. There is at least one, so that they are counted.
create or replace function waymark._heap_open(p_heap jsonb) returns jsonb[]
language plpgsql stable parallel safe
as $$
declare
  v_cells jsonb[] := coalesce((
    select array_agg(cell.content order by cell.number)
    from jsonb_array_elements(p_heap -> 'cells') with ordinality as cell (content, number)), '{}');
begin
  if p_heap ? 'store' then
    v_cells := array_fill(null::jsonb, array[(p_heap -> 'spilled')::int + 1], array[0]) || v_cells;
    v_cells[0] := p_heap -> 'store';
  end if;
  return case when coalesce(array_upper(v_cells, 1), 0) = 0 then v_cells || null::jsonb else v_cells end;
end
$$;

comment on function waymark._heap_open(jsonb) is
  'The cells of a heap as an array.';
-- file: functions/heap/_heap_pack.sql
-- The IR form "pack": a value without references, as it leaves the task or is looked at as a whole.
-- Raises: WM502 for an object that holds itself, which has no tree.
create or replace function waymark._heap_pack(p_value jsonb, p_heap jsonb[], p_depth int default 0) returns jsonb
language plpgsql stable
as $$
begin
  if jsonb_typeof(p_value) not in ('array', 'object') then
    return p_value;
  elsif p_depth > 200 then
    return waymark._refuse('an object that holds itself, or is nested deeper than 200', 'Keep ids instead of the objects.');
  end if;
  p_value := waymark._heap_load(p_value, p_heap);
  if not jsonb_path_exists(p_value, 'strict $.** ? (@."$".type() == "number" || @."$" == "new")', silent => true) then
    return p_value;
  elsif jsonb_typeof(p_value) = 'array' then
    return (
      select jsonb_agg(waymark._heap_pack(item.value, p_heap, p_depth + 1) order by item.position)
      from jsonb_array_elements(p_value) with ordinality as item (value, position));
  end if;
  return (
    select jsonb_object_agg(item.key, case item.key when '$' then item.value else waymark._heap_pack(item.value, p_heap, p_depth + 1) end)
    from jsonb_each(p_value) as item);
end
$$;

comment on function waymark._heap_pack(jsonb, jsonb[], int) is
  'A value without references.';
-- file: functions/heap/_heap_plain.sql
-- The IR form "plain": a value that an operator looks at as deep as it likes, or that it may hand on. Raises: WM502 for references and new objects in it.
create or replace function waymark._heap_plain(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_value) in ('array', 'object')
     and jsonb_path_exists(p_value, 'strict $.** ? (@."$".type() == "number" || @."$" == "new")', silent => true) then
    return waymark._refuse('an operation on objects that change', 'Do it in an action.');
  end if;
  return p_value;
end
$$;

comment on function waymark._heap_plain(jsonb) is
  'A value without objects of the heap in it.';
-- file: functions/heap/_heap_renumber.sql
-- A value whose references have new numbers.
create or replace function waymark._heap_renumber(p_value jsonb, p_numbers jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_value) not in ('array', 'object') then
    return p_value;
  elsif waymark._heap_is_reference(p_value) then
    return jsonb_build_object('$', p_numbers -> (p_value ->> '$'));
  elsif not jsonb_path_exists(p_value, 'strict $.** ? (@."$".type() == "number")', silent => true) then
    return p_value;
  elsif jsonb_typeof(p_value) = 'array' then
    return (
      select jsonb_agg(waymark._heap_renumber(item.value, p_numbers) order by item.position)
      from jsonb_array_elements(p_value) with ordinality as item (value, position));
  end if;
  return (select jsonb_object_agg(item.key, waymark._heap_renumber(item.value, p_numbers)) from jsonb_each(p_value) as item);
end
$$;

comment on function waymark._heap_renumber(jsonb, jsonb) is
  'A value whose references have new numbers.';
-- file: functions/heap/_heap_replace.sql
-- A value with references in the place of new objects. p_numbers: id -> number of the cell.
create or replace function waymark._heap_replace(p_value jsonb, p_numbers jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_value) not in ('array', 'object') then
    return p_value;
  elsif p_value ->> '$' = 'new' then
    return jsonb_build_object('$', p_numbers -> (p_value ->> 'id'));
  elsif not jsonb_path_exists(p_value, 'strict $.** ? (@."$" == "new")', silent => true) then
    return p_value;
  elsif jsonb_typeof(p_value) = 'array' then
    return (
      select jsonb_agg(waymark._heap_replace(item.value, p_numbers) order by item.position)
      from jsonb_array_elements(p_value) with ordinality as item (value, position));
  end if;
  return (select jsonb_object_agg(item.key, waymark._heap_replace(item.value, p_numbers)) from jsonb_each(p_value) as item);
end
$$;

comment on function waymark._heap_replace(jsonb, jsonb) is
  'A value with references in the place of new objects.';
-- file: functions/heap/_heap_settle.sql
-- The value of an expression that made objects: {"value": the value with references, "cells": the contents of the new cells, from p_top + 1 on}.
-- An object that stands in several places is one: it has the same id everywhere.
create or replace function waymark._heap_settle(p_value jsonb, p_top int) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_cells jsonb;
  v_numbers jsonb;
begin
  select jsonb_object_agg(fresh.id, p_top + fresh.number), jsonb_agg(fresh.content order by fresh.number)
    into v_numbers, v_cells
  from (
    select found.object ->> 'id', (array_agg(found.object -> 'v'))[1], row_number() over (order by min(found.position))
    from jsonb_path_query(p_value, 'strict $.** ? (@."$" == "new")', silent => true) with ordinality as found (object, position)
    group by found.object ->> 'id'
  ) as fresh (id, content, number);
  if v_numbers is null then
    return jsonb_build_object('value', p_value, 'cells', '[]'::jsonb);
  end if;
  return jsonb_build_object(
    'value', waymark._heap_replace(p_value, v_numbers),
    'cells', (
      select jsonb_agg(waymark._heap_replace(cell.content, v_numbers) order by cell.position)
      from jsonb_array_elements(v_cells) with ordinality as cell (content, position)));
end
$$;

comment on function waymark._heap_settle(jsonb, int) is
  'The value of an expression with references for the objects it made, and the contents of their cells.';
-- file: functions/heap/_heap_spill.sql
-- The state of a task with what is large in pages: the contents of large objects under the number of the object, objects that have been there for a
-- while under 0 (eight a page, by their number), large variables under negative numbers ("next" is the one before the next; "held" are those in use).
-- p_changed: the contents that have changed of objects under 0. "pages" and "void" are what waymark._write_pages takes out.
create or replace function waymark._heap_spill(p_state jsonb, p_changed jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_heap jsonb := nullif(p_state -> 'heap', 'null');
  v_store bigint := coalesce((v_heap -> 'store')::bigint, nextval('waymark.stores'));
  v_spilled int := coalesce((v_heap -> 'spilled')::int, 0);
  v_pages jsonb := jsonb '[]';
  v_void jsonb := coalesce(v_heap -> 'void', '[]');
  v_cells jsonb := jsonb '{}';
  v_part record;
  v_variables jsonb := jsonb_build_array(p_state -> 'locals');
  v_next int := coalesce((v_heap -> 'next')::int, 0);
  v_held jsonb;
begin
  for v_part in
    select c.number, waymark._pages_split(c.content, v_store, c.number) as split
      from (select n.key::int, n.value from jsonb_each(p_changed) n
            union all
            select v_spilled + r.position::int, r.value from jsonb_array_elements(v_heap -> 'cells') with ordinality r (value, position)) c (number, content)
  loop
    v_cells := v_cells || jsonb_build_object(v_part.number, v_part.split -> 'value');
    v_pages := v_pages || coalesce(v_part.split -> 'pages', '[]');
    v_void := v_void || coalesce(v_part.split -> 'void', '[]');
  end loop;
  if v_heap ? 'cells' then
    select v_heap || jsonb_build_object('cells', coalesce(jsonb_agg(c.value order by c.key::int), '[]')) into v_heap
      from jsonb_each(v_cells) c where c.key::int > v_spilled;
    if pg_column_size(v_heap -> 'cells') > 1000 then
      v_spilled := v_spilled + jsonb_array_length(v_heap -> 'cells');
      v_heap := v_heap || '{"cells": []}';
    end if;
    v_pages := v_pages || coalesce((
      select jsonb_agg(jsonb_build_array(0, c.page, coalesce(case when not v_void @> '0' then (
               select p.content from waymark.pages p where p.store_id = v_store and p.value_no = 0 and p.page_no = c.page) end, '{}') || c.content))
        from (select n.key::int / 8, jsonb_object_agg(n.key, n.value) from jsonb_each(v_cells) n where n.key::int <= v_spilled group by 1) c (page, content)), '[]');
  end if;
  v_variables := v_variables || jsonb_path_query_array(p_state, '$.frames[*].locals');
  for v_function in 0..jsonb_array_length(v_variables) - 1 loop
    v_held := waymark._frame_split(v_variables -> v_function, v_store, v_next);
    v_next := v_next - case when v_held -> 'pages' = '[]' then 0 else 1000 end;
    v_variables := jsonb_set(v_variables, array[v_function::text], v_held -> 'value');
    v_pages := v_pages || (v_held -> 'pages');
    v_void := v_void || (v_held -> 'void');
  end loop;
  select coalesce(jsonb_agg(distinct n), '[]') into v_held from jsonb_path_query(v_variables, 'strict $.** ? (@."$" == "paged").at[1]', silent => true) n;
  v_void := v_void || coalesce((select jsonb_agg(h) from jsonb_array_elements(v_heap -> 'held') h where not v_held @> h), '[]');
  if v_spilled = 0 and v_pages = '[]' and not v_heap ? 'store' then
    return p_state;
  end if;
  return jsonb_build_object(
    'heap', coalesce(v_heap, '{}') || jsonb_build_object(
      'store', v_store, 'spilled', v_spilled, 'next', v_next, 'held', v_held, 'pages', v_pages, 'void', v_void),
    'locals', v_variables -> 0,
    'frames', coalesce((
      select jsonb_agg(frame.value || jsonb_build_object('locals', v_variables -> frame.position::int) order by frame.position)
        from jsonb_array_elements(p_state -> 'frames') with ordinality as frame (value, position)), '[]'));
end
$$;

comment on function waymark._heap_spill(jsonb, jsonb) is
  'The state of a task with what is large in pages.';
-- file: functions/heap/_py_dict_store.sql
-- A dict with a value for a key: an equal key stays, with its place; a new one comes last.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark._py_dict_store(p_dict jsonb, p_key jsonb, p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_position int;
begin
  if p_dict ->> '$' is distinct from 'dict' then
    if jsonb_typeof(p_key) = 'string' and p_key <> '"$"' and p_dict ? (p_key #>> '{}') then
      return p_dict || jsonb_build_object(p_key #>> '{}', p_value);
    end if;
    perform waymark._py_lookup(p_dict, p_key);
  else
    v_position := waymark._py_position(jsonb_path_query_array(p_dict, '$.v[*][0]'), p_key);
    if v_position is not null then
      return jsonb_set(p_dict, array['v', v_position::text, '1'], p_value);
    end if;
  end if;
  return waymark.py_dict(waymark._py_pairs(p_dict) || jsonb_build_array(jsonb_build_array(p_key, p_value)));
end
$$;

comment on function waymark._py_dict_store(jsonb, jsonb, jsonb) is
  'A dict with a value for a key.';
-- file: functions/heap/_py_dict_update.sql
-- A dict with the items of a dict or of an iterable of pairs, then those of keyword arguments.
-- Raises: WM501 TypeError, ValueError when the first pair is none; WM502 when a later one is: what came before it would have been stored.
create or replace function waymark._py_dict_update(p_dict jsonb, p_other jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_pairs jsonb;
  v_pair jsonb;
begin
  if waymark._py_kind(p_other) = 'dict' then
    v_pairs := waymark._py_pairs(p_other);
  else
    v_pairs := '[]';
    for v_pair in select value from jsonb_array_elements(waymark.py_list(p_other)) loop
      if waymark._py_kind(v_pair) = 'tuple' then
        v_pair := v_pair -> 'v';
      end if;
      if jsonb_typeof(v_pair) <> 'array' or jsonb_array_length(v_pair) <> 2 then
        return waymark._refuse('an update from something else than a dict or a list of pairs', 'Give it a dict.');
      end if;
      v_pairs := v_pairs || jsonb_build_array(v_pair);
    end loop;
  end if;
  for v_pair in select value from jsonb_array_elements(v_pairs || waymark._py_pairs(p_kwargs)) loop
    p_dict := waymark._py_dict_store(p_dict, v_pair -> 0, v_pair -> 1);
  end loop;
  return p_dict;
end
$$;

comment on function waymark._py_dict_update(jsonb, jsonb, jsonb) is
  'A dict with further items.';
-- file: functions/heap/_py_dict_without.sql
-- A dict without a key that it has.
create or replace function waymark._py_dict_without(p_dict jsonb, p_key jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_pairs jsonb := waymark._py_pairs(p_dict);
begin
  return waymark.py_dict(v_pairs - waymark._py_position(jsonb_path_query_array(v_pairs, '$[*][0]'), p_key));
end
$$;

comment on function waymark._py_dict_without(jsonb, jsonb) is
  'A dict without one of its keys.';
-- file: functions/heap/_py_is_iterable.sql
-- Whether a for loop could walk a value; what the engine does not know counts as iterable and is refused when it is walked.
create or replace function waymark._py_is_iterable(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_kind(p_value) in ('list', 'tuple', 'dict', 'set', 'frozenset', 'str', 'bytes', 'range') or waymark._py_is_foreign(p_value);
end
$$;

comment on function waymark._py_is_iterable(jsonb) is
  'Whether a value can be iterated over.';
-- file: functions/heap/_py_mutate_arity.sql
-- A mutator that is called with a number of arguments that its type does not take.
create or replace function waymark._py_mutate_arity(p_method text, p_type text) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse(format('%s.%s with these arguments', p_type, p_method), 'Give it the arguments that Python expects.');
end
$$;

comment on function waymark._py_mutate_arity(text, text) is
  'Refuses a mutator with a wrong number of arguments.';
-- file: functions/heap/_py_mutate_dict.sql
-- The methods that change a dict: {"content": the new dict, if it has changed, "result"}.
-- Raises: WM501 as CPython; WM502 for methods and arguments that are not computed.
create or replace function waymark._py_mutate_dict(p_method text, p_dict jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_count int := jsonb_array_length(p_args);
  v_key jsonb := p_args -> 0;
  v_found jsonb;
begin
  if p_kwargs <> '{}' and p_method <> 'update' then
    return waymark._py_mutate_arity(p_method, 'dict');
  elsif p_method in ('__delitem__', 'pop', 'setdefault') and v_count between 1 and 2 then
    v_found := waymark._py_lookup(p_dict, v_key);
    if v_found is null and (p_method = '__delitem__' or p_method = 'pop' and v_count = 1) then
      return waymark._raise_python('KeyError', waymark._py_repr(v_key), jsonb_build_array(v_key));
    end if;
  end if;
  case
    when p_method = '__setitem__' and v_count = 2 then
      return jsonb_build_object('content', waymark._py_dict_store(p_dict, v_key, p_args -> 1), 'result', null);
    when p_method in ('__setitem__', '__delitem__') and v_count > 2 then
      return waymark._raise_python('TypeError', 'unhashable type: ''slice''');
    when p_method in ('__delitem__', 'pop') and v_found is not null then
      return jsonb_build_object('content', waymark._py_dict_without(p_dict, v_key), 'result', v_found);
    when p_method = 'pop' and v_count = 2 then
      return jsonb_build_object('result', p_args -> 1);
    when p_method = 'setdefault' and v_count between 1 and 2 then
      return case when v_found is not null then jsonb_build_object('result', v_found)
        else jsonb_build_object('content', waymark._py_dict_store(p_dict, v_key, coalesce(p_args -> 1, 'null')), 'result', coalesce(p_args -> 1, 'null')) end;
    when p_method = 'popitem' and v_count = 0 then
      v_found := waymark._py_pairs(p_dict) -> -1;
      if v_found is null then
        return waymark._raise_python('KeyError', '''popitem(): dictionary is empty''', '["popitem(): dictionary is empty"]');
      end if;
      return jsonb_build_object('content', waymark._py_dict_without(p_dict, v_found -> 0), 'result', jsonb_build_object('$', 'tuple', 'v', v_found));
    when p_method = 'clear' and v_count = 0 then
      return jsonb_build_object('content', '{}'::jsonb, 'result', null);
    when p_method = 'update' and v_count <= 1 or p_method = '__ior__' then
      return jsonb_build_object('content', waymark._py_dict_update(p_dict, coalesce(p_args -> 0, '{}'), p_kwargs), 'result', null);
    when p_method like '\_\_i%' then
      return waymark._py_mutate_unsupported(p_method, p_dict, p_args -> 0);
    else
      return waymark._py_mutate_other(p_method, p_dict);
  end case;
end
$$;

comment on function waymark._py_mutate_dict(text, jsonb, jsonb, jsonb) is
  'A method that changes a dict.';
-- file: functions/heap/_py_mutate_find.sql
-- Where list.remove finds its argument. Raises: WM501 ValueError; WM502 as ==.
create or replace function waymark._py_mutate_find(p_list jsonb, p_args jsonb) returns int
language plpgsql stable parallel safe
as $$
begin
  if jsonb_array_length(p_args) <> 1 then
    perform waymark._py_mutate_arity('remove', 'list');
  end if;
  for i in 0..jsonb_array_length(p_list) - 1 loop
    if waymark._py_equal(p_list -> i, p_args -> 0, true) then
      return i;
    end if;
  end loop;
  perform waymark._raise_python('ValueError', 'list.remove(x): x not in list');
  return null;
end
$$;

comment on function waymark._py_mutate_find(jsonb, jsonb) is
  'The position of the first element of a list that equals the argument of remove.';
-- file: functions/heap/_py_mutate_immutable.sql
-- A method that changes its object, called on a value that cannot change. p_args are those of the method.
-- Raises: WM501 TypeError, AttributeError; WM502.
create or replace function waymark._py_mutate_immutable(p_method text, p_value jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_type text := waymark._py_type_name(p_value);
  v_operator text := substring(p_method from '^__i(.*)__$');
begin
  if v_operator is not null then
    return waymark.py_inplace(to_jsonb(case v_operator when 'and' then 'bitand' when 'or' then 'bitor' when 'xor' then 'bitxor' else v_operator end),
      p_value, p_args -> 0);
  elsif waymark._py_is_foreign(p_value) then
    return waymark._refuse(format('%s of %s', p_method, v_type), 'Change it in an action and return it.');
  elsif p_method = '__setitem__' then
    return waymark._raise_python('TypeError', format('''%s'' object does not support item assignment', v_type));
  elsif p_method = '__delitem__' then
    return waymark._raise_python('TypeError', format('''%s'' object %s item deletion', v_type,
      case when waymark._py_kind(p_value) in ('tuple', 'str', 'range', 'bytes') then 'doesn''t support' else 'does not support' end));
  elsif p_method in ('__setattr__', '__delattr__') then
    return waymark._refuse(format('setting an attribute of %s', v_type), 'Keep the value in a dict or a dataclass.');
  end if;
  return waymark._raise_python('AttributeError', format('''%s'' object has no attribute ''%s''', v_type, p_method));
end
$$;

comment on function waymark._py_mutate_immutable(text, jsonb, jsonb) is
  'A mutator on a value that cannot change.';
-- file: functions/heap/_py_mutate_index.sql
-- The position from 0 that an index of a list means to a method: 'insert' takes any, 'pop' and 'store' (assignment, deletion) one that exists.
-- Raises: WM501 IndexError, TypeError; WM502 for a user's class as the index.
create or replace function waymark._py_mutate_index(p_index jsonb, p_length int, p_use text) returns int
language plpgsql stable parallel safe
as $$
declare
  v_index numeric := waymark._py_int(p_index);
begin
  if v_index is null and waymark._py_is_foreign(p_index) then
    perform waymark._refuse('an index that is a ' || waymark._py_type_name(p_index), 'Use an int.');
  elsif v_index is null then
    perform waymark._raise_python('TypeError', case p_use
      when 'store' then format('list indices must be integers or slices, not %s', waymark._py_type_name(p_index))
      else format('''%s'' object cannot be interpreted as an integer', waymark._py_type_name(p_index)) end);
  elsif v_index not between -9223372036854775808 and 9223372036854775807 then
    perform case p_use
      when 'store' then waymark._raise_python('IndexError', 'cannot fit ''int'' into an index-sized integer')
      else waymark._raise_python('OverflowError', 'Python int too large to convert to C ssize_t') end;
  end if;
  if p_use = 'insert' then
    return least(greatest(case when v_index < 0 then v_index + p_length else v_index end, 0), p_length);
  elsif p_use = 'pop' and p_length = 0 then
    perform waymark._raise_python('IndexError', 'pop from empty list');
  end if;
  v_index := case when v_index < 0 then v_index + p_length else v_index end;
  if v_index < 0 or v_index >= p_length then
    perform waymark._raise_python('IndexError', case p_use when 'pop' then 'pop index out of range' else 'list assignment index out of range' end);
  end if;
  return v_index;
end
$$;

comment on function waymark._py_mutate_index(jsonb, int, text) is
  'The position that an index of a list means to a method.';
-- file: functions/heap/_py_mutate_list.sql
-- The methods that change a list: {"content": the new elements, if they have changed, "result"}. `sort` is given the sorted elements, or null before
-- they are known, for CPython's error when it is no list.
-- Raises: WM501 as CPython; WM502 for methods and arguments that are not computed.
create or replace function waymark._py_mutate_list(p_method text, p_list jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_length int := jsonb_array_length(p_list);
  v_count int := jsonb_array_length(p_args);
  v_index int;
begin
  if p_kwargs <> '{}' then
    return waymark._py_mutate_arity(p_method, 'list');
  end if;
  case
    when p_method = 'append' and v_count = 1 then
      return jsonb_build_object('content', p_list || jsonb_build_array(p_args -> 0), 'result', null);
    when p_method in ('extend', '__iadd__') and v_count = 1 then
      return jsonb_build_object('content', p_list || waymark.py_list(p_args -> 0), 'result', null);
    when p_method = '__imul__' then
      return jsonb_build_object('content', waymark._py_repeat('list', p_list, p_args -> 0));
    when p_method = 'insert' and v_count = 2 then
      v_index := waymark._py_mutate_index(p_args -> 0, v_length, 'insert');
      return jsonb_build_object('content', waymark._py_splice(p_list, v_index, 0, jsonb_build_array(p_args -> 1)), 'result', null);
    when p_method = 'pop' and v_count <= 1 then
      v_index := waymark._py_mutate_index(coalesce(p_args -> 0, '-1'), v_length, 'pop');
      return jsonb_build_object('content', p_list - v_index, 'result', p_list -> v_index);
    when p_method = 'clear' and v_count = 0 then
      return jsonb_build_object('content', '[]'::jsonb, 'result', null);
    when p_method = 'reverse' and v_count = 0 then
      return jsonb_build_object('content', coalesce((
        select jsonb_agg(item.value order by item.position desc)
        from jsonb_array_elements(p_list) with ordinality as item (value, position)), '[]'), 'result', null);
    when p_method = 'sort' and p_args = '[null]' then
      return jsonb '{"result": null}';
    when p_method = 'sort' and v_count = 1 then
      return jsonb_build_object('content', p_args -> 0, 'result', null);
    when p_method = '__setitem__' and v_count = 2 then
      v_index := waymark._py_mutate_index(p_args -> 0, v_length, 'store');
      return jsonb_build_object('content', jsonb_set(p_list, array[v_index::text], p_args -> 1), 'result', null);
    when p_method = '__delitem__' and v_count = 1 then
      return jsonb_build_object('content', p_list - waymark._py_mutate_index(p_args -> 0, v_length, 'store'), 'result', null);
    when p_method in ('__setitem__', '__delitem__') then
      return jsonb_build_object('content', waymark._py_mutate_slice(p_list, p_args), 'result', null);
    when p_method like '\_\_i%' then
      return waymark._py_mutate_unsupported(p_method, p_list, p_args -> 0);
    else
      return waymark._py_mutate_other(p_method, p_list);
  end case;
end
$$;

comment on function waymark._py_mutate_list(text, jsonb, jsonb, jsonb) is
  'A method that changes a list.';
-- file: functions/heap/_py_mutate_object.sql
-- Setting a field of an instance of a user's class (a model or dataclass). Only fields that it has, and only where the class sets them in the
-- plain way, which its encoding says.
-- Raises: WM502 for all else.
create or replace function waymark._py_mutate_object(p_method text, p_object jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_name text := p_args ->> 0;
begin
  if p_method <> '__setattr__' or not p_object ? v_name or v_name like '$%' or coalesce(p_object -> '$own' ? 'set', false) then
    return waymark._refuse(format('%s of %s', p_method, waymark._py_type_name(p_object)), 'Change the object in an action and return it.');
  end if;
  p_object := p_object || jsonb_build_object(v_name, p_args -> 1);
  if p_object ? '$unset' then
    p_object := jsonb_set(p_object, '{$unset}', (p_object -> '$unset') - v_name);
    p_object := case when p_object -> '$unset' = '[]' then p_object - '$unset' else p_object end;
  end if;
  return jsonb_build_object('content', p_object, 'result', null);
end
$$;

comment on function waymark._py_mutate_object(text, jsonb, jsonb) is
  'Sets a field of an instance of a user''s class.';
-- file: functions/heap/_py_mutate_other.sql
-- A mutator that a builtin type does not have (AttributeError), or has and the engine does not compute (WM502).
create or replace function waymark._py_mutate_other(p_method text, p_content jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_type text := waymark._py_type_name(p_content);
begin
  if p_method like '\_\_%' then
    return case p_method
      when '__setattr__' then waymark._refuse(format('setting an attribute of a %s', v_type), 'Keep the value in a dict or a dataclass.')
      when '__setitem__' then waymark._raise_python('TypeError', format('''%s'' object does not support item assignment', v_type))
      when '__delitem__' then waymark._raise_python('TypeError', format('''%s'' object doesn''t support item deletion', v_type))
      else waymark._refuse(format('%s of a %s', p_method, v_type), 'Build a new value.') end;
  elsif waymark._py_has_attribute(v_type, p_method) then
    return waymark._py_mutate_arity(p_method, v_type);
  end if;
  return waymark._raise_python('AttributeError', format('''%s'' object has no attribute ''%s''', v_type, p_method));
end
$$;

comment on function waymark._py_mutate_other(text, jsonb) is
  'A mutator that a type does not have or the engine does not compute.';
-- file: functions/heap/_py_mutate_set.sql
-- The methods that change a set: {"content": the new set, if it has changed, "result"}.
-- Raises: WM501 as CPython; WM502 for pop of one of several elements, whose order CPython does not define, and what is not computed.
create or replace function waymark._py_mutate_set(p_method text, p_set jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_count int := jsonb_array_length(p_args);
  v_items jsonb := p_set -> 'v';
  v_item jsonb := p_args -> 0;
  v_other jsonb;
  v_position int;
begin
  case
    when p_method = 'add' and v_count = 1 then
      if waymark._py_position(v_items, v_item) is null then
        v_items := v_items || jsonb_build_array(v_item);
      end if;
    when p_method in ('remove', 'discard') and v_count = 1 then
      v_position := waymark._py_position(v_items, v_item);
      if v_position is null and p_method = 'remove' then
        return waymark._raise_python('KeyError', waymark._py_repr(v_item), jsonb_build_array(v_item));
      end if;
      v_items := v_items - coalesce(v_position, jsonb_array_length(v_items));
    when p_method = 'pop' and v_count = 0 then
      if v_items = '[]' then
        return waymark._raise_python('KeyError', '''pop from an empty set''', '["pop from an empty set"]');
      elsif jsonb_array_length(v_items) > 1 then
        return waymark._refuse('which element a set pops', 'Take the element of a sorted list.');
      end if;
      return jsonb_build_object('content', jsonb_set(p_set, '{v}', '[]'), 'result', v_items -> 0);
    when p_method = 'clear' and v_count = 0 then
      v_items := '[]';
    when p_method in ('update', 'intersection_update', 'difference_update', 'symmetric_difference_update') and v_count = 1
         or p_method in ('__ior__', '__iand__', '__isub__', '__ixor__') then
      if p_method like '\_\_%' and waymark._py_kind(v_item) not in ('set', 'frozenset') then
        return waymark._py_mutate_unsupported(p_method, p_set, v_item);
      end if;
      v_other := waymark._py_unique(case when waymark._py_kind(v_item) in ('set', 'frozenset') then v_item -> 'v' else waymark.py_list(v_item) end);
      v_items := case
        when p_method in ('update', '__ior__') then v_items || waymark._py_filter(v_other, v_items, false)
        when p_method in ('intersection_update', '__iand__') then waymark._py_filter(v_items, v_other, true)
        when p_method in ('difference_update', '__isub__') then waymark._py_filter(v_items, v_other, false)
        else waymark._py_filter(v_items, v_other, false) || waymark._py_filter(v_other, v_items, false) end;
    when p_method like '\_\_i%' then
      return waymark._py_mutate_unsupported(p_method, p_set, v_item);
    else
      return waymark._py_mutate_other(p_method, p_set);
  end case;
  return jsonb_build_object('content', jsonb_build_object('$', 'set', 'v', coalesce((
    select jsonb_agg(item.value order by item.value::text collate "C") from jsonb_array_elements(v_items) as item), '[]')), 'result', null);
end
$$;

comment on function waymark._py_mutate_set(text, jsonb, jsonb) is
  'A method that changes a set.';
-- file: functions/heap/_py_mutate_slice.sql
-- x[start:stop:step] = values (four arguments), or its deletion (three): the new elements.
-- Raises: WM501 TypeError, ValueError.
create or replace function waymark._py_mutate_slice(p_list jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_length int := jsonb_array_length(p_list);
  v_step numeric := coalesce(waymark._py_slice_part(p_args -> 2), 1);
  v_low int := case when v_step < 0 then -1 else 0 end;
  v_high int := case when v_step < 0 then v_length - 1 else v_length end;
  v_start numeric := waymark._py_slice_part(p_args -> 0);
  v_stop numeric := waymark._py_slice_part(p_args -> 1);
  v_places int[];
  v_items jsonb;
begin
  if v_step = 0 then
    return waymark._raise_python('ValueError', 'slice step cannot be zero');
  end if;
  v_start := case when v_start is null then case when v_step < 0 then v_high else v_low end
                  else least(greatest(case when v_start < 0 then v_start + v_length else v_start end, v_low), v_high) end;
  v_stop := case when v_stop is null then case when v_step < 0 then v_low else v_high end
                 else least(greatest(case when v_stop < 0 then v_stop + v_length else v_stop end, v_low), v_high) end;
  if jsonb_array_length(p_args) = 4 then
    if not waymark._py_is_iterable(p_args -> 3) then
      return waymark._raise_python('TypeError', case when v_step = 1 then 'can only assign an iterable' else 'must assign iterable to extended slice' end);
    end if;
    v_items := waymark.py_list(p_args -> 3);
    if v_step = 1 then
      return waymark._py_splice(p_list, v_start::int, greatest(v_stop - v_start, 0)::int, v_items);
    end if;
  end if;
  v_places := array(select generate_series(v_start, case when v_step < 0 then v_stop + 1 else v_stop - 1 end, v_step)::int);
  if v_items is null then
    return coalesce((
      select jsonb_agg(item.value order by item.position)
      from jsonb_array_elements(p_list) with ordinality as item (value, position)
      where not item.position - 1 = any (v_places)), '[]');
  elsif jsonb_array_length(v_items) <> cardinality(v_places) then
    return waymark._raise_python('ValueError', format('attempt to assign sequence of size %s to extended slice of size %s',
      jsonb_array_length(v_items), cardinality(v_places)));
  end if;
  for i in 1..cardinality(v_places) loop
    p_list := jsonb_set(p_list, array[v_places[i]::text], v_items -> i - 1);
  end loop;
  return p_list;
end
$$;

comment on function waymark._py_mutate_slice(jsonb, jsonb) is
  'The assignment to a slice of a list, or its deletion.';
-- file: functions/heap/_py_mutate_unsupported.sql
-- An augmented assignment that a mutable type does not change in place: the plain operator decides. A new value takes the place of the old
-- one only where no builtin type does so; there the operator raises CPython's TypeError.
create or replace function waymark._py_mutate_unsupported(p_method text, p_content jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_symbol text := case substring(p_method from '^__i(.*)__$')
    when 'add' then '+' when 'sub' then '-' when 'mul' then '*' when 'truediv' then '/' when 'floordiv' then '//' when 'mod' then '%'
    when 'pow' then '**' when 'lshift' then '<<' when 'rshift' then '>>' when 'and' then '&' when 'or' then '|' when 'xor' then '^' end;
begin
  if waymark._py_is_open(p_right) then
    return waymark._refuse(format('%s= with %s', v_symbol, waymark._py_type_name(p_right)), 'Compute it in an action.');
  end if;
  return waymark._raise_python('TypeError', format('unsupported operand type(s) for %s=: ''%s'' and ''%s''',
    v_symbol, waymark._py_type_name(p_content), waymark._py_type_name(p_right)));
end
$$;

comment on function waymark._py_mutate_unsupported(text, jsonb, jsonb) is
  'An augmented assignment that the type of the object does not have.';
-- file: functions/heap/_py_slice_part.sql
-- A bound or the step of a slice as a number, SQL null for None. Raises: WM501 TypeError; WM502 for a user's class.
create or replace function waymark._py_slice_part(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_number numeric := waymark._py_int(p_value);
begin
  if v_number is null and p_value <> 'null' then
    if waymark._py_is_foreign(p_value) then
      perform waymark._refuse('a slice with a ' || waymark._py_type_name(p_value), 'Use ints.');
    end if;
    perform waymark._raise_python('TypeError', 'slice indices must be integers or None or have an __index__ method');
  end if;
  return v_number;
end
$$;

comment on function waymark._py_slice_part(jsonb) is
  'A bound or the step of a slice, null for None.';
-- file: functions/heap/_py_splice.sql
-- A list with p_count elements from a position on replaced by others.
create or replace function waymark._py_splice(p_list jsonb, p_from int, p_count int, p_items jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return coalesce((
    select jsonb_agg(item.value order by item.part, item.position)
    from (
      select case when old.position <= p_from then 1 else 3 end, old.position, old.value
      from jsonb_array_elements(p_list) with ordinality as old (value, position)
      where old.position <= p_from or old.position > p_from + p_count
      union all
      select 2, new.position, new.value from jsonb_array_elements(p_items) with ordinality as new (value, position)
    ) as item (part, position, value)), '[]');
end
$$;

comment on function waymark._py_splice(jsonb, int, int, jsonb) is
  'A list with some elements in a row replaced by others.';
-- file: functions/heap/_py_unique.sql
-- The elements of an array without those equal to an earlier one. Raises: WM501 TypeError for an unhashable element; WM502.
create or replace function waymark._py_unique(p_items jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return coalesce((
    select jsonb_agg(item.value order by item.position)
    from (
      select (array_agg(element.value order by element.position))[1], min(element.position)
      from jsonb_array_elements(p_items) with ordinality as element (value, position)
      group by waymark._py_key(element.value)
    ) as item (value, position)), '[]');
end
$$;

comment on function waymark._py_unique(jsonb) is
  'The elements of an array, equal ones once.';
-- file: functions/pages/_drop_pages.sql
-- The pages of a task go with it, whatever ends it, unless it is kept for a retry: a trigger on waymark.tasks and waymark.failed_tasks.
create or replace function waymark._drop_pages() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from waymark.pages p where p.store_id = (old.heap -> 'store')::bigint
     and not exists (select from waymark.tasks t where t.run_id = old.run_id and t.heap -> 'store' = old.heap -> 'store')
     and not exists (select from waymark.failed_tasks t where t.run_id = old.run_id and t.heap -> 'store' = old.heap -> 'store');
  return null;
end
$$;
comment on function waymark._drop_pages() is 'Deletes the pages of a task that is gone.';

drop trigger if exists pages_go_with_their_task on waymark.tasks;
create trigger pages_go_with_their_task after delete on waymark.tasks
  for each row when (old.heap ? 'store') execute function waymark._drop_pages();
drop trigger if exists pages_go_with_their_failed_task on waymark.failed_tasks;
create trigger pages_go_with_their_failed_task after delete on waymark.failed_tasks
  for each row when (old.heap ? 'store') execute function waymark._drop_pages();
-- file: functions/pages/_is_paged.sql
-- A value that is kept in pages is held by what names them (docs/internals/values.md).
create or replace function waymark._is_paged(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return coalesce(p_value ->> '$' = 'paged', false);
end
$$;

comment on function waymark._is_paged(jsonb) is
  'Whether a value is kept in pages.';
-- file: functions/pages/_page.sql
-- A page of a paged value: as this step has left it, or as it is stored; SQL null when there is none.
-- Volatile callers write pages that a later call of theirs has to see; the step functions are stable and see those of the steps before.
create or replace function waymark._page(p_paged jsonb, p_page int) returns jsonb
language plpgsql stable
as $$
begin
  return coalesce(p_paged -> 'pages' -> p_page::text, (
    select p.content from waymark.pages p
    where p.store_id = (p_paged #> '{at,0}')::bigint and p.value_no = (p_paged #> '{at,1}')::int and p.page_no = p_page));
end
$$;

comment on function waymark._page(jsonb, int) is
  'A page of a paged value.';
-- file: functions/pages/_paged.sql
-- A large value in pages of about 1 KB, all of them still to be written: {"$": "paged", "kind", "at": [store, number], "length", "per": elements a page,
-- "pages": {number: content}, "fresh": what was stored under this number before is void}. A list or tuple (kind) has its elements in order. A dict has
-- them by the hash of the key, as {key as JSON text: [serial, value]}, in "count" pages; "serial" is the next in order of insertion, and "keys" a digest
-- that changes whenever its keys do. A value that has no pages (a string, a dict with keys that are neither strings nor ints, …) is itself.
create or replace function waymark._paged(p_value jsonb, p_store bigint, p_number int) returns jsonb
language plpgsql stable
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_items jsonb;
  v_length int;
  v_per int;
  v_paged jsonb;
begin
  if v_kind not in ('list', 'tuple', 'dict') then
    return p_value;
  end if;
  v_items := case v_kind when 'list' then p_value when 'tuple' then p_value -> 'v' else waymark._py_pairs(p_value) end;
  v_length := jsonb_array_length(v_items);
  if v_length < 2 or v_kind = 'dict' and jsonb_path_exists(v_items, 'strict $[*][0] ? (@.type() != "string" && @.type() != "number")')
     or v_kind = 'dict' and exists (select from jsonb_array_elements(v_items) pair where waymark._py_kind(pair.value -> 0) = 'float') then
    return p_value;
  end if;
  v_per := greatest(1, least(64, 1000 / greatest(1, pg_column_size(v_items) / v_length)));
  v_paged := jsonb_build_object('$', 'paged', 'kind', v_kind, 'at', jsonb_build_array(p_store, p_number), 'length', v_length, 'per', v_per, 'fresh', true);
  if v_kind <> 'dict' then
    return v_paged || jsonb_build_object('pages', (
      select jsonb_object_agg(page.number, page.content)
      from (select (item.position - 1) / v_per, jsonb_agg(item.value order by item.position)
              from jsonb_array_elements(v_items) with ordinality as item (value, position) group by 1) as page (number, content)));
  end if;
  return v_paged || jsonb_build_object('count', (v_length - 1) / v_per + 1, 'serial', v_length,
    'keys', waymark._paged_digest(jsonb_path_query_array(v_items, '$[*][0]')::text), 'pages', (
    select jsonb_object_agg(page.number, page.content)
    from (select waymark._paged_bucket((item.value -> 0)::text, (v_length - 1) / v_per + 1),
                 jsonb_object_agg((item.value -> 0)::text, jsonb_build_array(item.position - 1, item.value -> 1))
            from jsonb_array_elements(v_items) with ordinality as item (value, position) group by 1) as page (number, content)));
end
$$;

comment on function waymark._paged(jsonb, bigint, int) is
  'A large value in pages.';
-- file: functions/pages/_paged_append.sql
-- A paged list with more elements at its end.
create or replace function waymark._paged_append(p_paged jsonb, p_items jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_length int := (p_paged -> 'length')::int;
  v_per int := (p_paged -> 'per')::int;
  v_page jsonb;
begin
  for v_item in 0..jsonb_array_length(p_items) - 1 loop
    if v_page is null or v_length % v_per = 0 then
      v_page := case when v_length % v_per = 0 then '[]' else waymark._page(p_paged, v_length / v_per) end;
    end if;
    v_page := v_page || jsonb_build_array(p_items -> v_item);
    v_length := v_length + 1;
    if v_length % v_per = 0 or v_item = jsonb_array_length(p_items) - 1 then
      p_paged := waymark._paged_put(p_paged, (v_length - 1) / v_per, v_page);
    end if;
  end loop;
  return p_paged || jsonb_build_object('length', v_length);
end
$$;

comment on function waymark._paged_append(jsonb, jsonb) is
  'A paged list with more elements at its end.';
-- file: functions/pages/_paged_bucket.sql
-- The page of a dict that has a key, if it has it: linear hashing, so that a dict grows by one page at a time. p_key is the key as JSON text.
create or replace function waymark._paged_bucket(p_key text, p_count int) returns int
language plpgsql immutable parallel safe
as $$
declare
  v_digest bytea := sha256(convert_to(p_key, 'UTF8'));
  v_hash int := get_byte(v_digest, 0) * 65536 + get_byte(v_digest, 1) * 256 + get_byte(v_digest, 2);
  v_half int := 1;
begin
  while v_half * 2 <= p_count loop
    v_half := v_half * 2;
  end loop;
  return case when v_hash % (v_half * 2) < p_count then v_hash % (v_half * 2) else v_hash % v_half end;
end
$$;

comment on function waymark._paged_bucket(text, int) is
  'The page of a dict that a key belongs to.';
-- file: functions/pages/_paged_digest.sql
-- What stands for the keys of a dict in their order, to be compared. The same in every version of Postgres.
create or replace function waymark._paged_digest(p_text text) returns text
language plpgsql immutable parallel safe
as $$
begin
  return left(encode(sha256(convert_to(p_text, 'UTF8')), 'base64'), 22);
end
$$;

comment on function waymark._paged_digest(text) is
  'A digest of keys.';
-- file: functions/pages/_paged_is_key.sql
-- Whether a key is of the kinds that a paged dict can have: strings and ints, whose JSON text is equal exactly when they are. (Other keys may equal
-- these: True, 1.0.)
create or replace function waymark._paged_is_key(p_key jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return jsonb_typeof(p_key) = 'string' or jsonb_typeof(p_key) = 'number' and scale(p_key::numeric) = 0;
end
$$;

comment on function waymark._paged_is_key(jsonb) is
  'Whether a paged dict can have a key.';
-- file: functions/pages/_paged_item.sql
-- The element of a paged value at an index or under a key; SQL null when there is none, or only the whole value can tell.
create or replace function waymark._paged_item(p_paged jsonb, p_key jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_index numeric;
begin
  if p_paged ->> 'kind' = 'dict' then
    return case when waymark._paged_is_key(p_key)
      then waymark._page(p_paged, waymark._paged_bucket(p_key::text, (p_paged -> 'count')::int)) -> p_key::text -> 1 end;
  elsif jsonb_typeof(p_key) is distinct from 'number' or scale(p_key::numeric) > 0 then
    return null;
  end if;
  v_index := p_key::numeric + case when p_key::numeric < 0 then (p_paged -> 'length')::int else 0 end;
  return case when v_index >= 0 and v_index < (p_paged -> 'length')::int
    then waymark._page(p_paged, v_index::int / (p_paged -> 'per')::int) -> (v_index::int % (p_paged -> 'per')::int) end;
end
$$;

comment on function waymark._paged_item(jsonb, jsonb) is
  'The element of a paged value at an index or under a key.';
-- file: functions/pages/_paged_mutate.sql
-- The methods that change a paged list or dict by some of its pages: {"content", "result"} as waymark._heap_mutate; SQL null for all others, and for
-- all errors, which take the whole value.
create or replace function waymark._paged_mutate(p_method text, p_paged jsonb, p_args jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_count int := jsonb_array_length(p_args);
  v_key jsonb := p_args -> 0;
  v_length int := (p_paged -> 'length')::int;
  v_found jsonb;
begin
  if p_paged ->> 'kind' = 'list' and p_method = 'append' and v_count = 1 then
    return jsonb_build_object('content', waymark._paged_append(p_paged, jsonb_build_array(v_key)), 'result', null);
  elsif p_paged ->> 'kind' = 'list' and p_method in ('extend', '__iadd__') and v_count = 1 and jsonb_typeof(v_key) = 'array' then
    return jsonb_build_object('content', waymark._paged_append(p_paged, v_key), 'result', null);
  elsif p_method = '__setitem__' and v_count = 2 and p_paged ->> 'kind' = 'dict' and waymark._paged_is_key(v_key) then
    return jsonb_build_object('content', waymark._paged_store(p_paged, v_key, p_args -> 1), 'result', null);
  end if;
  if p_method not in ('__setitem__', '__delitem__', 'pop', 'setdefault') or v_count > 2 then
    return null;
  end if;
  v_key := case when p_paged ->> 'kind' = 'list' and p_method = 'pop' then coalesce(v_key, '-1') else v_key end;
  v_found := waymark._paged_item(p_paged, v_key);
  if v_found is null then
    return null;
  elsif p_paged ->> 'kind' = 'dict' and p_method = 'setdefault' then
    return jsonb_build_object('result', v_found);
  elsif p_paged ->> 'kind' = 'dict' and p_method in ('__delitem__', 'pop') then
    return jsonb_build_object('content', waymark._paged_without(p_paged, v_key), 'result', v_found);
  elsif p_paged ->> 'kind' = 'dict' or p_method = 'setdefault' then
    return null;
  elsif p_method = '__setitem__' and v_count = 2 then
    return jsonb_build_object('content', waymark._paged_replace(p_paged, v_key::int, p_args -> 1), 'result', null);
  elsif v_count < 2 and p_method in ('pop', '__delitem__') and v_key in ('-1', to_jsonb(v_length - 1)) then
    return jsonb_build_object('content', waymark._paged_shorten(p_paged), 'result', v_found);
  end if;
  return null;
end
$$;

comment on function waymark._paged_mutate(text, jsonb, jsonb) is
  'Changes a paged list or dict by some of its pages.';
-- file: functions/pages/_paged_put.sql
-- A paged value with another content of a page, which is written when the step ends.
create or replace function waymark._paged_put(p_paged jsonb, p_page int, p_content jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return p_paged || jsonb_build_object('pages', coalesce(p_paged -> 'pages', '{}') || jsonb_build_object(p_page, p_content));
end
$$;

comment on function waymark._paged_put(jsonb, int, jsonb) is
  'A paged value with another content of a page.';
-- file: functions/pages/_paged_replace.sql
-- A paged list with another element at an index that it has; the page may be shorter than the list was when it last was written.
create or replace function waymark._paged_replace(p_paged jsonb, p_index int, p_value jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_index int := p_index + case when p_index < 0 then (p_paged -> 'length')::int else 0 end;
  v_per int := (p_paged -> 'per')::int;
begin
  return waymark._paged_put(p_paged, v_index / v_per, jsonb_set(waymark._page(p_paged, v_index / v_per), array[(v_index % v_per)::text], p_value));
end
$$;

comment on function waymark._paged_replace(jsonb, int, jsonb) is
  'A paged list with another element at an index.';
-- file: functions/pages/_paged_shorten.sql
-- A paged list without its last element.
create or replace function waymark._paged_shorten(p_paged jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_length int := (p_paged -> 'length')::int - 1;
  v_per int := (p_paged -> 'per')::int;
begin
  return waymark._paged_put(p_paged, v_length / v_per, waymark._page(p_paged, v_length / v_per) - (v_length % v_per))
    || jsonb_build_object('length', v_length);
end
$$;

comment on function waymark._paged_shorten(jsonb) is
  'A paged list without its last element.';
-- file: functions/pages/_paged_store.sql
-- A paged dict with a value for a key (a string or an int): an equal key stays, with its place; a new one comes last. When the pages are full on
-- average, one of them is split.
create or replace function waymark._paged_store(p_dict jsonb, p_key jsonb, p_value jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_count int := (p_dict -> 'count')::int;
  v_bucket int := waymark._paged_bucket(p_key::text, v_count);
  v_page jsonb := coalesce(waymark._page(p_dict, v_bucket), '{}');
  v_half int := 1;
  v_stays jsonb;
  v_moves jsonb;
begin
  p_dict := waymark._paged_put(p_dict, v_bucket,
    v_page || jsonb_build_object(p_key::text, jsonb_build_array(coalesce(v_page -> p_key::text -> 0, p_dict -> 'serial'), p_value)));
  if v_page ? p_key::text then
    return p_dict;
  end if;
  p_dict := p_dict || jsonb_build_object('length', (p_dict -> 'length')::int + 1, 'serial', (p_dict -> 'serial')::bigint + 1,
                                         'keys', waymark._paged_digest(concat(p_dict -> 'keys', p_key)));
  if (p_dict -> 'length')::int <= v_count * (p_dict -> 'per')::int then
    return p_dict;
  end if;
  while v_half * 2 <= v_count loop
    v_half := v_half * 2;
  end loop;
  select coalesce(jsonb_object_agg(item.key, item.value) filter (where waymark._paged_bucket(item.key, v_count + 1) < v_count), '{}'),
         coalesce(jsonb_object_agg(item.key, item.value) filter (where waymark._paged_bucket(item.key, v_count + 1) = v_count), '{}')
    into v_stays, v_moves
    from jsonb_each(waymark._page(p_dict, v_count - v_half)) as item;
  p_dict := waymark._paged_put(waymark._paged_put(p_dict, v_count - v_half, v_stays), v_count, v_moves);
  return p_dict || jsonb_build_object('count', v_count + 1);
end
$$;

comment on function waymark._paged_store(jsonb, jsonb, jsonb) is
  'A paged dict with a value for a key.';
-- file: functions/pages/_paged_whole.sql
-- The value itself, out of its pages.
create or replace function waymark._paged_whole(p_value jsonb) returns jsonb
language plpgsql stable strict
as $$
declare
  v_pages jsonb;
  v_items jsonb;
begin
  if p_value ->> '$' is distinct from 'paged' then
    return p_value;
  end if;
  select coalesce(jsonb_object_agg(p.page_no, p.content), '{}') || coalesce(p_value -> 'pages', '{}') into v_pages
    from waymark.pages p
   where p.store_id = (p_value #> '{at,0}')::bigint and p.value_no = (p_value #> '{at,1}')::int and not p_value ? 'fresh';
  if p_value ->> 'kind' <> 'dict' then
    select coalesce(jsonb_agg(item.value order by page.key::int, item.position), '[]') into v_items
      from jsonb_each(v_pages) as page
     cross join lateral jsonb_array_elements(page.value) with ordinality as item (value, position)
     where page.key::int * (p_value -> 'per')::int + item.position <= (p_value -> 'length')::int;
    return case p_value ->> 'kind' when 'list' then v_items else jsonb_build_object('$', 'tuple', 'v', v_items) end;
  end if;
  select coalesce(jsonb_agg(jsonb_build_array(item.key::jsonb, item.value -> 1) order by (item.value -> 0)::bigint), '[]') into v_items
    from jsonb_each(v_pages) as page cross join lateral jsonb_each(page.value) as item;
  return case when jsonb_path_exists(v_items, 'strict $[*][0] ? (@.type() != "string" || @ == "$")') then jsonb_build_object('$', 'dict', 'v', v_items)
    else waymark.py_dict(v_items) end;
end
$$;

comment on function waymark._paged_whole(jsonb) is
  'A value out of its pages.';
-- file: functions/pages/_paged_without.sql
-- A paged dict without a key that it has.
create or replace function waymark._paged_without(p_dict jsonb, p_key jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_bucket int := waymark._paged_bucket(p_key::text, (p_dict -> 'count')::int);
begin
  return waymark._paged_put(p_dict, v_bucket, waymark._page(p_dict, v_bucket) - p_key::text)
    || jsonb_build_object('length', (p_dict -> 'length')::int - 1, 'keys', waymark._paged_digest(concat(p_dict -> 'keys', p_key)));
end
$$;

comment on function waymark._paged_without(jsonb, jsonb) is
  'A paged dict without a key.';
-- file: functions/pages/_pages_split.sql
-- A value as it is kept with the task, and the pages that have to be written: {"value", "pages": [[number, page, content], …], "void": numbers of which
-- older pages go first}. A large value goes to pages under p_number; of what is paged already, the pages that this step has changed.
create or replace function waymark._pages_split(p_value jsonb, p_store bigint, p_number int) returns jsonb
language plpgsql stable
as $$
declare
  v_inner jsonb;
begin
  if p_value ->> '$' = 'keys' then
    v_inner := waymark._pages_split(p_value -> 'v', p_store, p_number);
    if not p_value ? 'seen' and waymark._is_paged(v_inner -> 'value') then
      p_value := p_value || jsonb_build_object('seen', waymark._paged_digest((p_value -> 'v')::text));
    end if;
    return v_inner || jsonb_build_object('value', p_value || jsonb_build_object('v', v_inner -> 'value'));
  elsif pg_column_size(p_value) > 1000 and not waymark._is_paged(p_value) then
    p_value := waymark._paged(p_value, p_store, p_number);
  end if;
  if not p_value ? 'pages' or not waymark._is_paged(p_value) then
    return jsonb_build_object('value', p_value);
  end if;
  return jsonb_build_object(
    'value', p_value - '{pages,fresh}'::text[],
    'pages', (select jsonb_agg(jsonb_build_array(p_value #> '{at,1}', page.key::int, page.value)) from jsonb_each(p_value -> 'pages') as page),
    'void', case when p_value ? 'fresh' then jsonb_build_array(p_value #> '{at,1}') else '[]' end);
end
$$;

comment on function waymark._pages_split(jsonb, bigint, int) is
  'A value as it is kept with the task, and its pages.';
-- file: functions/pages/_write_pages.sql
-- Writes what steps have put into pages, and takes it out of their heaps: "void" are the numbers whose pages go first, "pages" those to be written.
-- Nobody else sees the pages of a task, and the task is locked by the caller.
create or replace function waymark._write_pages(p_steps waymark.task_step[]) returns waymark.task_step[]
language plpgsql as $$
begin
  delete from waymark.pages p
   using unnest(p_steps) s, jsonb_array_elements(s.heap -> 'void') v
   where p.store_id = (s.heap -> 'store')::bigint and p.value_no = v::int;
  insert into waymark.pages (store_id, value_no, page_no, content)
  select distinct on (1, 2, 3) (s.heap -> 'store')::bigint, (w.page -> 0)::int, (w.page -> 1)::int, w.page -> 2
    from unnest(p_steps) s, jsonb_array_elements(s.heap -> 'pages') with ordinality w (page, position)
   order by 1, 2, 3, w.position desc
  on conflict (store_id, value_no, page_no) do update set content = excluded.content;
  for i in 1..cardinality(p_steps) loop
    p_steps[i].heap := p_steps[i].heap - '{pages,void}'::text[];
  end loop;
  return p_steps;
end
$$;
comment on function waymark._write_pages(waymark.task_step[]) is 'Writes the pages of large values that steps have changed.';
-- file: functions/programs/_block_starts.sql
-- The nodes at which a basic block begins, as an object of their ids: entries, catch nodes, targets of branches, and what several edges meet at.
-- Every other node follows its one predecessor in straight line.
create or replace function waymark._block_starts(p_ir jsonb) returns jsonb
language plpgsql stable as $$
begin
  return (
    with edges as (
      select e.value as target, e.key = 'next' and n ->> 'kind' in ('assign', 'action', 'sleep', 'call', 'mutate', 'catch') as straight
        from jsonb_array_elements(p_ir -> 'nodes') n, jsonb_each_text(n) e
       where e.key in ('next', 'then', 'else', 'done', 'error')
    ), starts as (
      select f ->> 'entry' as id from jsonb_array_elements(p_ir -> 'functions') f
      union
      select target from edges where not straight
      union
      select target from edges group by target having count(*) > 1
    )
    select jsonb_object_agg(id, true) from starts);
end
$$;
comment on function waymark._block_starts(jsonb) is 'The nodes of a program at which a basic block begins.';
-- file: functions/programs/_check_calls.sql
-- The functions that the branches of a fork, or a spawned task, call: they must exist and take the arguments. Invocations stand in displays, as the
-- elements of comprehensions and in what py.concat joins; all else about them is checked where they are generated. SQLSTATEs: WM101.
create or replace function waymark._check_calls(p_value jsonb, p_ir jsonb, p_path text) returns void
language plpgsql stable as $$
declare
  v_callee jsonb;
  v_call jsonb := p_value -> 'invocation';
begin
  if jsonb_typeof(v_call -> 'function') = 'number' and jsonb_typeof(v_call -> 'args') = 'object' then
    v_callee := p_ir #> array['functions', v_call ->> 'function'];
    if v_callee is null or (v_call ->> 'function')::numeric < 1 then
      perform waymark._refuse_ir(p_path, 'must call a function of this program');
    elsif exists (select from jsonb_object_keys(v_call -> 'args') k
                   where not exists (select from jsonb_array_elements(v_callee -> 'parameters') p where p ->> 'name' = k)) then
      perform waymark._refuse_ir(p_path, 'has an argument and no parameter for it to go to');
    elsif exists (select from jsonb_array_elements(v_callee -> 'parameters') p where not p ? 'default' and not v_call -> 'args' ? (p ->> 'name')) then
      perform waymark._refuse_ir(p_path, 'lacks an argument');
    end if;
  elsif jsonb_typeof(p_value -> 'list') = 'array' then
    perform waymark._check_calls(e, p_ir, p_path) from jsonb_array_elements(p_value -> 'list') e;
  elsif jsonb_typeof(p_value #> '{comprehension,element}') = 'object' then
    perform waymark._check_calls(p_value #> '{comprehension,element}', p_ir, p_path);
  elsif p_value ? 'op' and jsonb_typeof(p_value -> 'args') = 'array' then
    perform waymark._check_calls(e, p_ir, p_path) from jsonb_array_elements(p_value -> 'args') e;
  end if;
end
$$;
comment on function waymark._check_calls(jsonb, jsonb, text) is 'Refuses calls of functions that are not there or do not take the arguments.';
-- file: functions/programs/_check_fields.sql
-- p_value must be an object whose keys and types are those of p_shape: key -> type of jsonb_typeof, 'int', 'any', each with "?" when optional.
create or replace function waymark._check_fields(p_value jsonb, p_shape jsonb, p_path text) returns void
language plpgsql as $$
declare
  v_key text;
  v_type text;
  v_actual text;
begin
  if jsonb_typeof(p_value) is distinct from 'object' then
    perform waymark._refuse_ir(p_path, 'must be an object');
  end if;
  for v_key, v_type in select * from jsonb_each_text(p_shape) loop
    v_actual := jsonb_typeof(p_value -> v_key);
    continue when v_actual is null and v_type like '%?';
    if v_actual is null then
      perform waymark._refuse_ir(p_path, format('lacks "%s"', v_key));
    elsif rtrim(v_type, '?') = 'int' then
      if v_actual <> 'number' or (p_value -> v_key)::numeric % 1 <> 0 or abs((p_value -> v_key)::numeric) > 1000000000 then
        perform waymark._refuse_ir(p_path || '.' || v_key, 'must be a whole number');
      end if;
    elsif rtrim(v_type, '?') not in ('any', v_actual) then
      perform waymark._refuse_ir(p_path || '.' || v_key, format('must be of type %s', rtrim(v_type, '?')));
    end if;
  end loop;
  for v_key in select k from jsonb_object_keys(p_value) k where not p_shape ? k loop
    perform waymark._refuse_ir(p_path, format('has the unknown field "%s"', left(v_key, 50)));
  end loop;
end
$$;
comment on function waymark._check_fields(jsonb, jsonb, text) is 'Refuses an object with missing, unknown or mistyped fields.';
-- file: functions/programs/_check_function.sql
-- One entry of $.functions. SQLSTATEs: WM101, WM102.
create or replace function waymark._check_function(p_function jsonb, p_path text) returns void
language plpgsql as $$
declare
  c_name constant text := '^\$?[^\s$"''\\]{1,200}$';
  v_parameter jsonb;
  v_index int;
begin
  perform waymark._check_fields(p_function, '{"name": "string", "parameters": "array", "locals": "array", "entry": "int", "nodes": "array", "source": "object?"}', p_path);
  if p_function ? 'source' then
    perform waymark._check_source(p_function -> 'source', p_path || '.source');
  end if;
  if jsonb_array_length(p_function -> 'locals') > 1000 then
    perform waymark._refuse_ir(p_path || '.locals', 'are more than 1000', 'WM102');
  elsif exists (select from jsonb_array_elements(p_function -> 'locals') l where jsonb_typeof(l) <> 'string' or l #>> '{}' !~ c_name) then
    perform waymark._refuse_ir(p_path || '.locals', 'must be names of 1 to 200 characters');
  elsif (select count(distinct l) <> count(*) from jsonb_array_elements(p_function -> 'locals') l) then
    perform waymark._refuse_ir(p_path || '.locals', 'must be distinct');
  elsif p_function ->> 'name' !~ c_name then
    perform waymark._refuse_ir(p_path || '.name', 'must be a name of 1 to 200 characters');
  elsif jsonb_array_length(p_function -> 'nodes') <> 2
        or exists (select from jsonb_array_elements(p_function -> 'nodes') n where jsonb_typeof(n) <> 'number' or n::numeric not between 0 and 20000) then
    perform waymark._refuse_ir(p_path || '.nodes', 'must be the first and the last node');
  elsif (p_function -> 'entry')::numeric not between (p_function #> '{nodes,0}')::numeric and (p_function #> '{nodes,1}')::numeric then
    perform waymark._refuse_ir(p_path || '.entry', 'must be a node of the function');
  end if;
  for v_parameter, v_index in
    select p.value, p.ordinality - 1 from jsonb_array_elements(p_function -> 'parameters') with ordinality p
  loop
    perform waymark._check_fields(v_parameter, '{"name": "string", "default": "any?"}', format('%s.parameters[%s]', p_path, v_index));
    if v_parameter -> 'name' is distinct from p_function #> array['locals', v_index::text] then
      perform waymark._refuse_ir(format('%s.parameters[%s]', p_path, v_index), 'must be the local of the same position');
    end if;
  end loop;
end
$$;
comment on function waymark._check_function(jsonb, text) is 'Refuses a malformed function of an IR.';
-- file: functions/programs/_check_node.sql
-- One node: its fields, its edges (inside its function; error edges lead to catch nodes and no other edge does), its targets. SQLSTATEs: WM101.
create or replace function waymark._check_node(p_node jsonb, p_id int, p_function jsonb, p_ir jsonb) returns void
language plpgsql as $$
declare
  v_path text := format('$.nodes[%s]', p_id);
  v_kind text := p_node ->> 'kind';
  v_shape jsonb := waymark._node_shape(v_kind);
  v_key text;
  v_callee jsonb;
begin
  if v_shape is null then
    perform waymark._refuse_ir(v_path, format('is of the unknown kind "%s"', left(v_kind, 50)));
  end if;
  perform waymark._check_fields(p_node, v_shape, v_path);
  if (p_node -> 'id')::int <> p_id then
    perform waymark._refuse_ir(v_path || '.id', format('must be %s', p_id));
  elsif jsonb_array_length(p_node -> 'span') <> 4
        or exists (select from jsonb_array_elements(p_node -> 'span') s where jsonb_typeof(s) <> 'number' or s::numeric not between 0 and 10000000) then
    perform waymark._refuse_ir(v_path || '.span', 'must be four numbers');
  end if;
  foreach v_key in array '{next,then,else,done,error}'::text[] loop
    continue when not p_node ? v_key;
    if (p_node -> v_key)::int not between (p_function #> '{nodes,0}')::int and (p_function #> '{nodes,1}')::int then
      perform waymark._refuse_ir(v_path || '.' || v_key, 'must be a node of the same function');
    elsif (v_key = 'error') is distinct from (p_ir #>> array['nodes', p_node ->> v_key, 'kind'] = 'catch') then
      perform waymark._refuse_ir(v_path || '.' || v_key, case v_key when 'error' then 'must lead to a catch node' else 'must not lead to a catch node' end);
    end if;
  end loop;
  foreach v_key in array '{target,iterator,index,group,scope}'::text[] loop
    continue when not p_node ? v_key or p_node -> v_key = 'null'
      and (v_key = 'target' and v_kind in ('action', 'fork', 'call', 'child', 'spawn', 'wait', 'signal', 'mutate') or v_key = 'group');
    if jsonb_typeof(p_node -> v_key) <> 'string' or not p_function -> 'locals' ? (p_node ->> v_key) then
      perform waymark._refuse_ir(v_path || '.' || v_key, 'must be a local of the function');
    end if;
  end loop;
  if v_kind in ('fork', 'spawn') then
    perform waymark._check_calls(coalesce(p_node -> 'branches', jsonb_build_object('invocation', p_node -> 'call')), p_ir, v_path);
  elsif v_kind = 'wait' and p_node ->> 'until' not in ('all', 'first', 'first_exception', 'first_failure', 'now') then
    perform waymark._refuse_ir(v_path || '.until', 'must be all, first, first_exception, first_failure or now');
  end if;
  if v_kind = 'call' then
    v_callee := p_ir #> array['functions', p_node ->> 'function'];
    if v_callee is null or (p_node -> 'function')::int < 1 then
      perform waymark._refuse_ir(v_path || '.function', 'must be a helper of this program');
    end if;
    for v_key in
      select k from jsonb_object_keys(p_node -> 'args') k
       where not exists (select from jsonb_array_elements(v_callee -> 'parameters') p where p ->> 'name' = k)
    loop
      perform waymark._refuse_ir(v_path || '.args', format('has no parameter "%s" to go to', v_key));
    end loop;
  end if;
end
$$;
comment on function waymark._check_node(jsonb, int, jsonb, jsonb) is 'Refuses a malformed node of an IR.';
-- file: functions/programs/_check_program.sql
-- The shape of a whole program; expressions are checked where they are generated. SQLSTATEs: WM101, WM102.
create or replace function waymark._check_program(p_ir jsonb) returns void
language plpgsql as $$
declare
  v_function jsonb;
  v_path text;
  v_next int := 0;
begin
  if octet_length(p_ir::text) > 4194304 then
    perform waymark._refuse_ir('$', 'is larger than 4 MB', 'WM102');
  end if;
  perform waymark._check_fields(p_ir, '{"ir_version": "int", "dialect": "string", "workflow": "string", "functions": "array",
    "nodes": "array", "source": "object"}', '$');
  perform waymark._check_source(p_ir -> 'source', '$.source');
  if p_ir -> 'ir_version' <> '1' then
    perform waymark._refuse_ir('$.ir_version', 'must be 1');
  elsif p_ir ->> 'dialect' <> 'python' then
    perform waymark._refuse_ir('$.dialect', 'must be "python"');
  elsif p_ir ->> 'workflow' !~ '^[^\s"''\\]{1,200}$' then
    perform waymark._refuse_ir('$.workflow', 'must be a name of 1 to 200 characters');
  elsif jsonb_array_length(p_ir -> 'nodes') > 20000 then
    perform waymark._refuse_ir('$.nodes', 'are more than 20000', 'WM102');
  elsif jsonb_array_length(p_ir -> 'functions') not between 1 and 500 then
    perform waymark._refuse_ir('$.functions', 'must be 1 to 500', 'WM102');
  end if;
  for v_function, v_path in
    select f.value, format('$.functions[%s]', f.ordinality - 1) from jsonb_array_elements(p_ir -> 'functions') with ordinality f
  loop
    perform waymark._check_function(v_function, v_path);
    if (v_function #> '{nodes,0}')::int <> v_next then
      perform waymark._refuse_ir(v_path || '.nodes', format('must start at %s: functions cover the nodes in order', v_next));
    end if;
    v_next := (v_function #> '{nodes,1}')::int + 1;
    if v_next > jsonb_array_length(p_ir -> 'nodes') then
      perform waymark._refuse_ir(v_path || '.nodes', 'ends behind the last node');
    end if;
    perform waymark._check_node(n.value, n.ordinality::int - 1, v_function, p_ir)
      from jsonb_array_elements(p_ir -> 'nodes') with ordinality n
     where n.ordinality - 1 between (v_function #> '{nodes,0}')::int and (v_function #> '{nodes,1}')::int;
  end loop;
  if v_next <> jsonb_array_length(p_ir -> 'nodes') then
    perform waymark._refuse_ir(format('$.nodes[%s]', v_next), 'belongs to no function');
  end if;
end
$$;
comment on function waymark._check_program(jsonb) is 'Refuses an IR whose shape is wrong or over a limit.';
-- file: functions/programs/_check_source.sql
-- Where a program, or a function of another file, comes from. SQLSTATEs: WM101.
create or replace function waymark._check_source(p_source jsonb, p_path text) returns void
language plpgsql as $$
begin
  perform waymark._check_fields(p_source, '{"module": "string", "file": "string", "first_line": "int", "text": "string"}', p_path);
end
$$;
comment on function waymark._check_source(jsonb, text) is 'Refuses a malformed source of an IR.';
-- file: functions/programs/_generate_array.sql
-- A call takes at most 100 arguments; a longer display is an array.
create or replace function waymark._generate_array(p_parts text[]) returns text
language plpgsql immutable as $$
begin
  return case when cardinality(p_parts) = 0 then '''[]''::jsonb'
              when cardinality(p_parts) <= 100 then format('jsonb_build_array(%s)', array_to_string(p_parts, ', '))
              else format('to_jsonb(array[%s])', array_to_string(p_parts, ', ')) end;
end
$$;
comment on function waymark._generate_array(text[]) is 'The SQL of a list display.';
-- file: functions/programs/_generate_assign.sql
-- An assignment.
create or replace function waymark._generate_assign(p_node jsonb, p_reads jsonb, p_path text, p_target text) returns text
language plpgsql stable as $$
declare
  v_value text;
begin
  if p_node -> 'value' = jsonb '{"const": {"$": "unbound"}}' then
    return format('%s := null;', p_target);
  end if;
  v_value := waymark._generate_expression(p_node -> 'value', p_reads, p_path || '.value', case when p_node -> 'value' ? 'local' then 'held' else 'value' end, true);
  return waymark._generate_store(p_node, p_target, v_value);
end
$$;
comment on function waymark._generate_assign(jsonb, jsonb, text, text) is 'The code of an assignment.';
-- file: functions/programs/_generate_batch.sql
-- The text that creates the function which runs a program's step function for a batch of tasks. A turn names it in a dynamic statement,
-- which is planned each time; what is planned here is planned once a connection.
create or replace function waymark._generate_batch(p_name text) returns text
language sql immutable as $$
  select format('create function waymark_programs.%I(p_events waymark.task_event[], p_program_id bigint) returns waymark.task_step[] language plpgsql stable as %L',
    p_name || '_batch', format(
      E'\nbegin\n  return (\n'
      '    select array_agg(row(e.row_id, e.run_id, e.task_no, e.program_id, e.priority, e.queue, e.started_at, e.step_no,\n'
      '                         e.shared, s.pc, s.locals, s.frames, s.heap, s.effect, s.payload, s.commands)::waymark.task_step)\n'
      '      from unnest(p_events) e cross join lateral waymark_programs.%I(e.pc, e.locals, e.frames, e.heap, e.ok, e.value) s\n'
      '     where e.program_id = p_program_id);\nend\n', p_name))
$$;
comment on function waymark._generate_batch(text) is 'The text that creates the function for a batch of steps of a program.';
-- file: functions/programs/_generate_block.sql
-- The WHEN branches of one basic block: its nodes in straight line; a node that suspends ends a branch and goes on in one of its own (~id).
-- A node whose expression the engine has to leave to CPython suspends, too. It goes on from p_resume_code, which enters its branch again and skips the
-- nodes that have been executed: v_skip counts them from 1, and is 0 otherwise. Behind the last such node of a branch nothing needs to ask for it.
create or replace function waymark._generate_block(
  p_ir jsonb, p_function int, p_first jsonb, p_starts jsonb, p_variables jsonb[], out p_code text, out p_resume_code text)
language plpgsql stable as $$
declare
  c_guard constant text := E'          if v_skip < %s then\n%s%s          end if;\n';
  v_node jsonb := p_first;
  v_id int;
  v_kind text;
  v_place text;
  v_branch int := (p_first -> 'id')::int;
  v_position int := 0;
  v_part text;
  v_plain text := '';
  v_guarded text := '';
begin
  p_code := '';
  p_resume_code := '';
  loop
    v_id := (v_node -> 'id')::int;
    v_kind := v_node ->> 'kind';
    v_place := format('%s: %s', v_node #> '{span,0}', waymark._source_line(waymark._source_of(p_ir, p_function), (v_node #> '{span,0}')::int));
    v_position := v_position + 1;
    if v_node = p_first then
      p_code := format(E'        when %s then -- %s\n', v_id, v_place);
      v_part := '';
    else
      v_part := format(E'          pc := %s; -- %s\n', v_id, v_place);
    end if;
    v_part := v_part || waymark._generate_node(p_ir, v_node, p_function, p_variables);
    v_plain := v_plain || v_part;
    if waymark._may_be_evaluated(v_node) then
      p_resume_code := p_resume_code || format(E'        when %s then v_skip := %s; pc := %s;\n', ~v_id, v_position, v_branch);
      p_code := p_code || v_guarded || format(c_guard, v_position, v_part,
        waymark._generate_resumption(v_node, v_position, p_variables[p_function + 1]));
      v_plain := '';
      v_guarded := '';
    else
      v_guarded := v_guarded || format(c_guard, v_position, v_part, '');
    end if;
    if v_kind in ('action', 'sleep', 'fork', 'call', 'child', 'wait', 'unscope', 'acquire', 'signal') then
      p_code := p_code || v_plain || format(E'        when %s then -- %s: goes on\n', ~v_id, v_node #> '{span,0}');
      v_plain := E'          if not v_ok then\n            perform waymark._raise_value(v_value);\n          end if;\n' || case
        when v_node ->> 'target' is null then '' else format(E'          %I := v_value;\n', p_variables[p_function + 1] ->> (v_node ->> 'target')) end;
      v_branch := ~v_id;
      v_position := 1;
      v_guarded := format(c_guard, v_position, v_plain, '');
    end if;
    exit when v_kind in ('branch', 'iterate', 'raise', 'return');
    if p_starts ? (v_node ->> 'next') then
      v_plain := v_plain || format(E'          pc := %s;\n', v_node -> 'next');
      exit;
    end if;
    v_node := p_ir #> array['nodes', v_node ->> 'next'];
  end loop;
  p_code := p_code || v_plain;
end
$$;
comment on function waymark._generate_block(jsonb, int, jsonb, jsonb, jsonb[]) is 'The code of one basic block.';
-- file: functions/programs/_generate_call.sql
-- A helper method: the caller's variables become a call record, the callee starts with its parameters.
create or replace function waymark._generate_call(p_ir jsonb, p_node jsonb, p_variables jsonb, p_reads jsonb) returns text
language plpgsql stable as $$
declare
  v_callee jsonb := p_ir #> array['functions', p_node ->> 'function'];
  v_parameter jsonb;
  v_pairs text[] := array[]::text[];
begin
  for v_parameter in select * from jsonb_array_elements(v_callee -> 'parameters') loop
    if p_node -> 'args' ? (v_parameter ->> 'name') then
      v_pairs := v_pairs || format('jsonb_build_object(%L, %s)', v_parameter ->> 'name', waymark._generate_expression(
        p_node -> 'args' -> (v_parameter ->> 'name'), p_reads, format('$.nodes[%s].args.%s', p_node -> 'id', v_parameter ->> 'name'),
        case when p_node -> 'args' -> (v_parameter ->> 'name') ? 'local' then 'held' else 'value' end, false));
    elsif v_parameter ? 'default' then
      v_pairs := v_pairs || format('jsonb_build_object(%L, %L::jsonb)', v_parameter ->> 'name', v_parameter -> 'default');
    else
      perform waymark._refuse_ir(format('$.nodes[%s].args', p_node -> 'id'), format('lack "%s"', v_parameter ->> 'name'));
    end if;
  end loop;
  return format(E'v_value := %s;\n          frames := waymark._push_frame(frames, %s, %s);\n          locals := v_value;\n          pc := %s;\n'
    '          v_load := true;\n          continue activation;',
    coalesce(nullif(array_to_string(v_pairs, ' || '), ''), '''{}''::jsonb'), ~(p_node -> 'id')::int, waymark._generate_save(p_variables, false), v_callee -> 'entry');
end
$$;
comment on function waymark._generate_call(jsonb, jsonb, jsonb, jsonb) is 'The code that calls a helper method.';
-- file: functions/programs/_generate_comprehension.sql
-- A list comprehension without awaits as one subquery a generator, each inside the one before it: linear, and evaluated item by item in CPython's
-- order, so that the first error is CPython's. (One join of all generators would be sorted, and so evaluated, before the first element.)
-- A later condition, generator or element is only evaluated when the conditions before it hold: hence the CASEs. SQLSTATEs: WM101.
create or replace function waymark._generate_comprehension(
  p_comprehension jsonb, p_names jsonb, p_path text, p_calls boolean, p_depth int, p_index int default 0) returns text
language plpgsql stable as $$
declare
  v_generator jsonb := p_comprehension -> 'generators' -> p_index;
  v_path text := format('%s.generators[%s]', p_path, p_index);
  v_alias text := format('c%s_%s', p_depth, p_index);
  v_names jsonb;
  v_iterable text;
  v_holds text;
  v_item text;
  v_is_last boolean;
  v_text text;
begin
  if p_index = 0 then
    perform waymark._check_fields(p_comprehension, '{"element": "object", "generators": "array"}', p_path);
    if jsonb_array_length(p_comprehension -> 'generators') not between 1 and 20 then
      perform waymark._refuse_ir(p_path || '.generators', 'must be 1 to 20');
    end if;
  end if;
  perform waymark._check_fields(v_generator, '{"target": "string", "iter": "object", "conditions": "array"}', v_path);
  v_iterable := waymark._generate_expression(v_generator -> 'iter', p_names, v_path || '.iter', 'value', false, p_depth);
  v_names := p_names - (' ' || (v_generator ->> 'target')) || jsonb_build_object(v_generator ->> 'target', v_alias || '.value');
  select string_agg(format('case when not %s then false else ', waymark._generate_expression(c.value, v_names,
           format('%s.conditions[%s]', v_path, c.ordinality - 1), 'boolean', false, p_depth)), '' order by c.ordinality)
         || 'true' || repeat(' end', jsonb_array_length(v_generator -> 'conditions'))
    into v_holds from jsonb_array_elements(v_generator -> 'conditions') with ordinality c;
  v_is_last := p_index = jsonb_array_length(p_comprehension -> 'generators') - 1;
  v_item := case when v_is_last
    then waymark._generate_expression(p_comprehension -> 'element', v_names, p_path || '.element', 'value', p_calls, p_depth)
    else waymark._generate_comprehension(p_comprehension, v_names, p_path, p_calls, p_depth, p_index + 1) end;
  v_text := format('coalesce((select jsonb_agg(%s order by %s.i) from jsonb_array_elements(waymark.py_list(%s)) with ordinality %s(value, i)%s), ''[]'')',
    v_item, v_alias, v_iterable, v_alias, coalesce(' where case when ' || v_alias || '.i > 0 then ' || v_holds || ' end', ''));
  return case when v_is_last then v_text else format('waymark._join_lists(%s)', v_text) end;
end
$$;
comment on function waymark._generate_comprehension(jsonb, jsonb, text, boolean, int, int) is 'The SQL of a list comprehension.';
-- file: functions/programs/_generate_concurrency.sql
-- The statements of a node of tasks, child runs, scopes, semaphores and signals. What needs the engine's answer suspends; the rest is put on the list of commands,
-- which the turn carries out when the step has ended. SQLSTATEs: WM101.
create or replace function waymark._generate_concurrency(p_node jsonb, p_names jsonb, p_reads jsonb, p_suspend text) returns text
language plpgsql stable as $$
declare
  c_command constant text := 'commands := commands || jsonb_build_object(''do'', %L, %s);';
  c_suspend constant text := E'payload := %s;\n%s          effect := %L;\n          exit activation;';
  v_kind text := p_node ->> 'kind';
  v_path text := format('$.nodes[%s]', p_node -> 'id');
  v_field text := case v_kind when 'wait' then 'tasks' when 'cancel' then 'tasks' when 'scope' then 'seconds' when 'semaphore' then 'value' when 'signal' then 'name'
    else 'semaphore' end;
  v_value text := '''null''::jsonb';
  v_timeout text := '''null''';
  v_bind text := '';
begin
  if v_kind in ('child', 'spawn') then
    v_value := waymark._generate_invocation(p_node -> 'call', p_reads, v_path || '.call');
  elsif v_kind <> 'unscope' and p_node -> v_field <> 'null' then
    v_value := waymark._generate_expression(p_node -> v_field, p_reads, format('%s.%s', v_path, v_field), 'value', false);
  end if;
  if v_kind in ('spawn', 'scope', 'semaphore') then
    v_value := format(case v_kind when 'scope' then 'waymark._check_timeout(%s)' when 'semaphore' then 'waymark._check_semaphore(%s)' else '%s' end, v_value);
    if p_node ->> 'target' is not null then
      v_bind := format(E'\n          %I := %s;', p_names ->> (p_node ->> 'target'), case v_kind when 'scope' then 'v_value'
                       else format('jsonb_build_object(''$'', %L, ''v'', v_value)', case v_kind when 'spawn' then 'task' else v_kind end) end);
    end if;
    return format(E'payload := %s;\n          v_value := to_jsonb(nextval(''waymark.numbers''));\n          ', v_value)
      || format(c_command, v_kind, format('''number'', v_value, ''node'', %s, ''value'', payload, ''group'', %s, ''bounded'', %L', p_node -> 'id',
                                          coalesce(p_reads ->> (p_node ->> 'group'), 'null'), coalesce(p_node -> 'bounded', 'false'))) || v_bind;
  end if;
  if coalesce(p_node -> 'timeout', 'null') <> 'null' then
    v_timeout := waymark._generate_expression(p_node -> 'timeout', p_reads, v_path || '.timeout', 'value', false);
  end if;
  return case v_kind
    when 'child' then format(c_suspend, v_value, p_suspend, 'child')
    when 'wait' then format(c_suspend, format('waymark._check_wait(%s, %L, %s, %L)', v_value, p_node ->> 'until', v_timeout,
                                         p_node -> 'linked'), p_suspend, 'wait')
    when 'signal' then format(c_suspend, format('waymark._check_signal_wait(%s, %s)', v_value, v_timeout), p_suspend, 'signal')
    when 'unscope' then format(c_suspend, format('jsonb_build_object(''scope'', %s)', p_reads ->> (p_node ->> 'scope')), p_suspend, 'unscope')
    when 'acquire' then format(c_suspend, format('jsonb_build_object(''semaphore'', waymark._check_handle(%s, ''semaphore''))', v_value), p_suspend, 'acquire')
    when 'release' then format(c_command, 'release', format('''semaphore'', waymark._check_handle(%s, ''semaphore'')', v_value))
    when 'cancel' then format(c_command, 'cancel', format('''tasks'', waymark._check_tasks(%s)', v_value))
  end;
end
$$;
comment on function waymark._generate_concurrency(jsonb, jsonb, jsonb, text) is 'The code of a node of tasks, child runs, scopes, semaphores and signals.';
-- file: functions/programs/_generate_dict.sql
-- A dict display: pairs in order, the operator chooses the encoding. SQLSTATEs: WM101, WM102.
create or replace function waymark._generate_dict(p_pairs jsonb, p_names jsonb, p_path text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_parts text[];
begin
  if jsonb_typeof(p_pairs) <> 'array' or jsonb_array_length(p_pairs) > 1000
     or jsonb_path_exists(p_pairs, 'strict $[*] ? (@.type() != "array" || @.size() != 2)') then
    perform waymark._refuse_ir(p_path, 'must be an array of pairs, at most 1000');
  end if;
  select coalesce(array_agg(format('jsonb_build_array(%s, %s)',
           waymark._generate_expression(e.value -> 0, p_names, format('%s[%s][0]', p_path, e.ordinality - 1), 'value', false, p_depth),
           waymark._generate_expression(e.value -> 1, p_names, format('%s[%s][1]', p_path, e.ordinality - 1), 'value', false, p_depth)) order by e.ordinality), '{}')
    into v_parts from jsonb_array_elements(p_pairs) with ordinality e;
  return format('waymark.py_dict(%s)', waymark._generate_array(v_parts));
end
$$;
comment on function waymark._generate_dict(jsonb, jsonb, text, int) is 'The SQL of a dict display.';
-- file: functions/programs/_generate_ending.sql
-- The end of a step function: what leaves the task has no references, and what stays is put in order (waymark._heap_close). The state of a program whose
-- objects do not change is left alone while it is small and has no pages.
create or replace function waymark._generate_ending(p_heap boolean) returns text
language plpgsql immutable as $$
begin
  return format(E'  if effect in (''raise'', ''return'') then\n%s    heap := null;\n  elsif %s then\n    v_value := waymark._heap_close(p_heap, %s, locals, frames);\n'
    '    heap := nullif(v_value -> ''heap'', ''null'');\n    locals := v_value -> ''locals'';\n    frames := v_value -> ''frames'';\n  end if;\n',
    case when p_heap then E'    payload := waymark._heap_pack(payload, v_heap);\n' else '' end,
    case when p_heap then 'true' else 'v_paged or pg_column_size(locals) + pg_column_size(frames) > 2000' end,
    case when p_heap then 'v_heap, v_touched' else 'null, null' end);
end
$$;
comment on function waymark._generate_ending(boolean) is 'The end of a step function.';
-- file: functions/programs/_generate_expression.sql
-- An IR expression as SQL, validated on the way. p_names: visible names -> the SQL that reads them. p_want: 'value' (jsonb), 'boolean', or
-- 'held': a value that may be in pages.
-- p_calls: an invocation may stand here. Order of evaluation is left to right; what must not be evaluated stands behind a CASE.
-- SQLSTATEs: WM101, WM102.
create or replace function waymark._generate_expression(p_expression jsonb, p_names jsonb, p_path text, p_want text, p_calls boolean, p_depth int default 0) returns text
language plpgsql stable as $$
declare
  v_form text;
  v_body jsonb;
  v_parts text[];
  v_part_want text;
  v_boolean boolean := false;
  v_text text;
begin
  if p_depth > 250 then
    perform waymark._refuse_ir(p_path, 'is nested deeper than 250', 'WM102');
  elsif jsonb_typeof(p_expression) is distinct from 'object' then
    perform waymark._refuse_ir(p_path, 'must be an expression');
  end if;
  select k into v_form from jsonb_object_keys(p_expression) k where k <> 'args';
  v_body := p_expression -> v_form;
  if v_form is null or (select count(*) from jsonb_object_keys(p_expression)) <> 1 + (v_form = 'op')::int then
    perform waymark._refuse_ir(p_path, 'must have exactly one form');
  end if;
  if v_form in ('list', 'tuple', 'and', 'or', 'if') then
    if jsonb_typeof(v_body) <> 'array' or jsonb_array_length(v_body) > 1000 or v_form in ('and', 'or') and jsonb_array_length(v_body) = 0
       or v_form = 'if' and jsonb_array_length(v_body) <> 3 then
      perform waymark._refuse_ir(p_path || '.' || v_form, 'must be an array of expressions, at most 1000');
    end if;
    v_part_want := case when v_form in ('and', 'or') then 'boolean' else 'value' end;
    select coalesce(array_agg(waymark._generate_expression(e.value, p_names, format('%s.%s[%s]', p_path, v_form, e.ordinality - 1),
             case when v_form = 'if' and e.ordinality = 1 then 'boolean' else v_part_want end, p_calls and v_form in ('list', 'tuple', 'if'), p_depth + 1)
             order by e.ordinality), '{}') into v_parts
      from jsonb_array_elements(v_body) with ordinality e;
  end if;
  case v_form
    when 'const' then
      perform waymark._check_value(v_body, p_path || '.const');
      v_text := quote_literal(v_body) || '::jsonb';
    when 'local' then
      v_text := coalesce(p_names ->> (case when p_want <> 'value' then ' ' else '' end || (v_body #>> '{}')), p_names ->> (v_body #>> '{}'));
      if v_text is null then
        perform waymark._refuse_ir(p_path, format('names the unknown local "%s"', left(v_body #>> '{}', 50)));
      end if;
    when 'list' then v_text := waymark._generate_array(v_parts);
    when 'tuple' then v_text := format('jsonb_build_object(''$'', ''tuple'', ''v'', %s)', waymark._generate_array(v_parts));
    when 'and' then v_text := 'true'; v_boolean := true;
      for i in reverse cardinality(v_parts)..1 loop v_text := format('case when %s then %s else false end', v_parts[i], v_text); end loop;
    when 'or' then v_text := 'false'; v_boolean := true;
      for i in reverse cardinality(v_parts)..1 loop v_text := format('case when %s then true else %s end', v_parts[i], v_text); end loop;
    when 'if' then v_text := format('case when %s then %s else %s end', v_parts[1], v_parts[2], v_parts[3]);
    when 'not' then v_boolean := true;
      v_text := format('not %s', waymark._generate_expression(v_body, p_names, p_path || '.not', 'boolean', false, p_depth + 1));
    when 'dict' then v_text := waymark._generate_dict(v_body, p_names, p_path || '.dict', p_depth + 1);
    when 'op' then
      select o.sql, o.is_boolean into v_text, v_boolean
        from waymark._generate_operation(p_expression, p_names, p_path, p_calls, p_depth + 1) o;
    when 'comprehension' then v_text := waymark._generate_comprehension(v_body, p_names, p_path || '.comprehension', p_calls, p_depth + 1);
    when 'callable', 'lambda' then v_text := waymark._generate_function_value(v_form, v_body, p_names, p_path, p_depth + 1);
    when 'load', 'pack', 'plain', 'new', 'box', 'shared', 'walk' then v_text := waymark._generate_heap(v_form, v_body, p_names, p_path, p_want, p_depth + 1);
    when 'invocation' then
      if not p_calls then
        perform waymark._refuse_ir(p_path, 'has an invocation where none may stand');
      end if;
      v_text := waymark._generate_invocation(v_body, p_names, p_path || '.invocation');
    else perform waymark._refuse_ir(p_path, format('has the unknown form "%s"', left(v_form, 50)));
  end case;
  return case when v_boolean = (p_want = 'boolean') then case when v_boolean then format('(%s)', v_text) else v_text end
              when v_boolean then format('to_jsonb(%s)', v_text) else format('waymark.py_truth(%s)', v_text) end;
end
$$;
comment on function waymark._generate_expression(jsonb, jsonb, text, text, boolean, int) is 'The SQL of an IR expression.';
-- file: functions/programs/_generate_frame.sql
-- What surrounds the blocks of a step function: loading and saving of variables, the loops, the routing of exceptions.
create or replace function waymark._generate_frame(p_ir jsonb, p_variables jsonb[], p_blocks text) returns text
language plpgsql stable as $$
declare
  v_load text := '';
  v_save text := '';
  v_handlers text;
  v_lazy int[];
  v_function jsonb;
  v_index int;
  v_heap boolean := waymark._uses_heap(p_ir);
begin
  for v_function, v_index in select f.value, f.ordinality from jsonb_array_elements(p_ir -> 'functions') with ordinality f loop
    v_load := v_load || format(E'      %s v_node between %s and %s then -- %s\n%s', case v_index when 1 then 'if' else 'elsif' end,
      v_function #> '{nodes,0}', v_function #> '{nodes,1}', v_function ->> 'name',
      coalesce((select string_agg(format(E'        %I := nullif(locals -> %L, c_unbound);\n', v.value #>> '{}', v.key), '' order by v.value #>> '{}')
                  from jsonb_each(p_variables[v_index]) v), E'        null;\n'));
    v_save := v_save || format(E'        %s pc between %s and %s then locals := %s;\n', case v_index when 1 then 'if' else 'elsif' end,
      v_function #> '{nodes,0}', v_function #> '{nodes,1}', waymark._generate_save(p_variables[v_index], true));
  end loop;
  select string_agg(format(' when %s then %s', n ->> 'id', n ->> 'error'), '') into v_handlers
    from jsonb_array_elements(p_ir -> 'nodes') n where n ? 'error';
  select coalesce(array_agg((n -> 'id')::int), '{}') into v_lazy from jsonb_array_elements(p_ir -> 'nodes') n
   where jsonb_path_exists(n, 'strict $.** ? (@.op == "py.generator")', '{}', true);
  return format(waymark._step_template(), v_load, replace(v_save, E'\n        ', E'\n          '),
    coalesce('case v_node' || v_handlers || ' end', 'null'), p_blocks, v_lazy,
    E'  v_paged constant boolean := coalesce(p_heap ? ''store'', false);\n' ||
    case when v_heap then E'  v_heap jsonb[] := waymark._heap_open(p_heap);\n  v_touched int[] := array[]::int[];\n' else '' end,
    waymark._generate_ending(v_heap));
end
$$;
comment on function waymark._generate_frame(jsonb, jsonb[], text) is 'The loops, loading, saving and exception routing of a step function.';
-- file: functions/programs/_generate_function.sql
-- The text that creates a program's step function. A step is pure: (program counter, locals, call frames, event) -> (the same, an effect).
--   pc >= 0 executes node pc; pc < 0 goes on behind node ~pc, which had suspended, with the event (p_ok, p_value).
--   activation loop: enters or returns to a function, loading its variables; node loop: one round a basic block, inside one exception block,
--   whose handler routes a Python exception (WM501) to the catch node of the node that raised it, to the caller, or out.
-- Python values are jsonb, an unbound variable is SQL null. A step has a node budget: when it is used up it yields.
create or replace function waymark._generate_function(p_ir jsonb, p_name text) returns text
language plpgsql stable as $$
declare
  v_variables jsonb[];
  v_starts jsonb := waymark._block_starts(p_ir);
  v_declarations text;
  v_blocks text;
  v_resume_code text;
begin
  select array_agg(waymark._variable_names(f.value -> 'locals', f.ordinality::int - 1) order by f.ordinality) into v_variables
    from jsonb_array_elements(p_ir -> 'functions') with ordinality f;
  select string_agg(format(E'  %I jsonb;\n', v.value #>> '{}'), '' order by f.ordinality, v.value #>> '{}') into v_declarations
    from unnest(v_variables) with ordinality f(names, ordinality), jsonb_each(f.names) v;
  select string_agg(b.p_code, '' order by n.ordinality), string_agg(b.p_resume_code, '' order by n.ordinality) into v_blocks, v_resume_code
    from jsonb_array_elements(p_ir -> 'functions') with ordinality f
    join jsonb_array_elements(p_ir -> 'nodes') with ordinality n
      on n.ordinality - 1 between (f.value #> '{nodes,0}')::int and (f.value #> '{nodes,1}')::int
   cross join lateral waymark._generate_block(p_ir, f.ordinality::int - 1, n.value, v_starts, v_variables) b
   where v_starts ? (n.ordinality - 1)::text;
  return format('create function waymark_programs.%I(p_pc int, p_locals jsonb, p_frames jsonb, p_heap jsonb, p_ok boolean, p_value jsonb,'
                ' out pc int, out locals jsonb, out frames jsonb, out heap jsonb, out effect text, out payload jsonb, out commands jsonb[]) language plpgsql stable as %L', p_name,
    format(E'\n-- Workflow %s from %s, %s. Generated; the program counter is the node of waymark.program_nodes.\ndeclare\n%s%s',
      p_ir ->> 'workflow', waymark._source_line(jsonb_build_object('first_line', 1, 'text', p_ir #> '{source,module}'), 1),
      waymark._source_line(jsonb_build_object('first_line', 1, 'text', p_ir #> '{source,file}'), 1), coalesce(v_declarations, ''),
      waymark._generate_frame(p_ir, v_variables, v_blocks || v_resume_code)));
end
$$;
comment on function waymark._generate_function(jsonb, text) is 'The text that creates the step function of a program.';
-- file: functions/programs/_generate_function_value.sql
-- A function or class as an argument: a name is a value that only operators see; what a lambda gives is left to CPython. SQLSTATEs: WM101, WM502.
create or replace function waymark._generate_function_value(p_form text, p_body jsonb, p_names jsonb, p_path text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_path text := format('%s.%s', p_path, p_form);
  v_names jsonb := p_names;
  v_parameter jsonb;
begin
  if p_form = 'callable' then
    if jsonb_typeof(p_body) <> 'string' or p_body #>> '{}' !~ '^[^\s"''\\]+$' or length(p_body #>> '{}') > 500 then
      perform waymark._refuse_ir(v_path, 'must be the name of a function or class');
    end if;
    return format('jsonb_build_object(''$'', ''callable'', ''v'', %L::text)', p_body #>> '{}');
  end if;
  perform waymark._check_fields(p_body, '{"parameters": "array", "body": "object"}', v_path);
  for v_parameter in select * from jsonb_array_elements(p_body -> 'parameters') loop
    if jsonb_typeof(v_parameter) <> 'string' then
      perform waymark._refuse_ir(v_path || '.parameters', 'must be names');
    end if;
    v_names := v_names - (' ' || (v_parameter #>> '{}')) || jsonb_build_object(v_parameter #>> '{}', 'null::jsonb');
  end loop;
  perform waymark._generate_expression(p_body -> 'body', v_names, v_path || '.body', 'value', false, p_depth);
  return 'waymark._refuse(''a lambda'', ''Compute it in an action.'')';
end
$$;
comment on function waymark._generate_function_value(text, jsonb, jsonb, text, int) is 'The SQL of a function or class as an argument.';
-- file: functions/programs/_generate_heap.sql
-- The forms of an IR expression that have to do with objects in the heap (load, pack, plain, new, box, shared, walk). SQLSTATEs: WM101.
create or replace function waymark._generate_heap(p_form text, p_body jsonb, p_names jsonb, p_path text, p_want text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_levels text;
  v_value text;
begin
  if p_form not in ('box', 'shared') then
    return format(case when p_form in ('new', 'plain') then 'waymark._heap_' || p_form || '(%s)' when p_form = 'walk' then 'waymark._heap_iter(%s, v_heap)'
                     when p_form = 'load' and p_want <> 'value' then 'waymark._heap_held(%s, v_heap)'
                              else 'waymark._heap_' || p_form || '(%s, v_heap)' end,
      waymark._generate_expression(p_body, p_names, format('%s.%s', p_path, p_form), 'value', false, p_depth));
  elsif jsonb_typeof(p_body) <> 'array' or jsonb_array_length(p_body) <> 2
        or jsonb_path_exists(p_body, 'strict $[0].type() ? (@ != "array")') or jsonb_array_length(p_body -> 0) not between 1 and 50
        or jsonb_path_exists(p_body, 'strict $[0][*] ? (@.type() != "boolean")') then
    perform waymark._refuse_ir(p_path || '.' || p_form, 'must be levels and an expression');
  end if;
  v_value := waymark._generate_expression(p_body -> 1, p_names, format('%s.%s[1]', p_path, p_form), 'value', false, p_depth);
  if p_form = 'shared' then
    return v_value;
  end if;
  select string_agg(l.value::text, ', ' order by l.ordinality) into v_levels from jsonb_array_elements(p_body -> 0) with ordinality l;
  return format('waymark._heap_box(%s, array[%s])', v_value, v_levels);
end
$$;
comment on function waymark._generate_heap(text, jsonb, jsonb, text, text, int) is 'The SQL of an expression about objects in the heap.';
-- file: functions/programs/_generate_invocation.sql
-- {"action", "args", "policy"}, {"function", "args"} or {"workflow", "args"}: evaluated to the same shape with values. SQLSTATEs: WM101.
create or replace function waymark._generate_invocation(p_call jsonb, p_names jsonb, p_path text) returns text
language plpgsql stable as $$
declare
  v_part text;
  v_key text;
  v_pairs text;
  v_text text;
  v_kind text;
begin
  v_kind := case when p_call ? 'function' then 'function' when p_call ? 'workflow' then 'workflow' else 'action' end;
  perform waymark._check_fields(p_call, case v_kind
    when 'function' then '{"function": "int", "args": "object"}' when 'workflow' then '{"workflow": "string", "args": "object"}'
    else '{"action": "string", "args": "object", "policy": "object?"}' end::jsonb, p_path);
  if v_kind <> 'function' and (p_call ->> v_kind !~ '^[^\s"''\\]+$' or length(p_call ->> v_kind) > 500) then
    perform waymark._refuse_ir(format('%s.%s', p_path, v_kind), format('must be the name of an %s, 1 to 500 characters', v_kind));
  end if;
  v_text := case v_kind when 'workflow' then format('waymark._call_workflow(%L, ', p_call ->> 'workflow')
                        else format('jsonb_build_object(%L, %L::jsonb, ''args'', ', v_kind, p_call -> v_kind) end;
  foreach v_part in array '{args,policy}'::text[] loop
    continue when not p_call ? v_part;
    for v_key in select k from jsonb_object_keys(p_call -> v_part) k loop
      if v_part = 'policy' and v_key not in ('attempts', 'retry_on', 'backoff', 'multiplier', 'max_backoff', 'jitter', 'timeout', 'queue',
                                                'deadline', 'max_elapsed', 'give_up_on', 'concurrency_key') then
        perform waymark._refuse_ir(p_path || '.policy', format('has the unknown field "%s"', left(v_key, 50)));
      end if;
    end loop;
    select string_agg(format('jsonb_build_object(%s)', c.pairs), ' || ' order by c.chunk) into v_pairs
      from (select n.position / 45 as chunk, string_agg(n.pair, ', ' order by n.position) as pairs
              from (select format('%L, %s', a.key, waymark._generate_expression(a.value, p_names, format('%s.%s.%s', p_path, v_part, a.key), 'value', true)) as pair,
                           row_number() over () - 1 as position
                      from jsonb_each(p_call -> v_part) a) n
             group by 1) c;
    v_pairs := coalesce(v_pairs, '''{}''::jsonb');
    v_text := v_text || case v_part when 'args' then format('(%s)', v_pairs) else format(', ''policy'', waymark._check_policy(%s)', v_pairs) end;
  end loop;
  return v_text || ')';
end
$$;
comment on function waymark._generate_invocation(jsonb, jsonb, text) is 'The expression that builds a call.';
-- file: functions/programs/_generate_keyed_call.sql
-- The SQL of sorted, min and max of one iterable with a lambda as the key: the keys are computed as those of a comprehension, then ordered.
-- SQL null for any other call. SQLSTATEs: WM101.
create or replace function waymark._generate_keyed_call(p_args jsonb, p_names jsonb, p_path text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_name text := p_args -> 0 ->> 'const';
  v_alias text := format('k%s', p_depth);
  v_kwargs jsonb := p_args -> -1 -> 'dict';
  v_key jsonb := jsonb_path_query_first(v_kwargs, 'strict $[*] ? (@[0].const == "key")[1].lambda', '{}', true);
  v_options jsonb := jsonb_path_query_array(v_kwargs, 'strict $[*] ? (@[0].const != "key")', '{}', true);
begin
  if v_name not in ('sorted', 'min', 'max') or jsonb_array_length(p_args) <> 3 or jsonb_array_length(v_key -> 'parameters') is distinct from 1
     or jsonb_array_length(p_args -> 1 -> 'list') is distinct from 1 or jsonb_path_exists(v_options, 'strict $[*][1] ? (!exists (@.const))', '{}', true) then
    return null;
  end if;
  return format('(select waymark._py_by_key(%1$L, %2$s_all.items, coalesce((select jsonb_agg(%3$s order by %2$s.i) '
    'from jsonb_array_elements(%2$s_all.items) with ordinality %2$s(value, i)), ''[]''), %4$s) from (select waymark.py_list(%5$s) as items offset 0) %2$s_all)',
    v_name, v_alias,
    waymark._generate_expression(v_key -> 'body', p_names - (' ' || (v_key #>> '{parameters,0}')) || jsonb_build_object(v_key #>> '{parameters,0}', v_alias || '.value'),
      p_path || '.key', 'value', false, p_depth),
    waymark._generate_dict(v_options, p_names, p_path || '.kwargs', p_depth),
    waymark._generate_expression(p_args -> 1 -> 'list' -> 0, p_names, p_path || '.args[0]', 'value', false, p_depth));
end
$$;
comment on function waymark._generate_keyed_call(jsonb, jsonb, text, int) is 'The SQL of sorted, min or max with a lambda as the key.';
-- file: functions/programs/_generate_library_call.sql
-- The SQL of a call of the library (py.call, py.method) where the engine has a function for it: _py_call_<name> and _py_method_<name>, dots as
-- underscores, in lower case. It takes the receiver of a method as p_receiver, then each positional argument, or all of them as an array where it has a parameter
-- p_args; one whose last parameter is p_kwargs takes keyword arguments. SQL null when there is no function for these arguments: the operator itself
-- leaves the call to CPython.
create or replace function waymark._generate_library_call(p_args jsonb, p_names jsonb, p_path text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_is_method boolean := jsonb_array_length(p_args) = 4;
  v_name text := p_args -> v_is_method::int ->> 'const';
  v_list jsonb := p_args -> -2 -> 'list';
  v_has_keywords boolean := p_args -> -1 not in ('{"dict": []}', '{"const": {}}');
  v_proc pg_proc;
  v_extra int;
  v_operands jsonb;
  v_parts text[];
begin
  if v_name = 'sorted' and not v_is_method and p_args -> 2 @? '$.dict[*][1].lambda' then
    return waymark._generate_sorted(p_args, p_names, p_path, p_depth);
  end if;
  select * into v_proc from pg_proc p
   where p.pronamespace = 'waymark'::regnamespace
     and p.proname = case when v_is_method then '_py_method_' else '_py_call_' end || lower(replace(v_name, '.', '_'));
  v_extra := v_is_method::int + coalesce('p_kwargs' = any (v_proc.proargnames), false)::int;
  if v_proc.oid is null or v_has_keywords and not 'p_kwargs' = any (v_proc.proargnames) then
    return null;
  elsif 'p_args' = any (v_proc.proargnames) then
    v_list := jsonb_build_array(p_args -> -2);
  elsif v_list is null or jsonb_array_length(v_list) not between v_proc.pronargs - v_proc.pronargdefaults - v_is_method::int
        and v_proc.pronargs - v_extra then
    return null;
  end if;
  v_operands := case when v_is_method then jsonb_build_array(p_args -> 0) else '[]' end || v_list
    || case when v_has_keywords then jsonb_build_array(p_args -> -1) else '[]' end;
  select array_agg(waymark._generate_expression(o.value, p_names, format('%s.args[%s]', p_path, o.ordinality),
           case when o.ordinality = 1 and v_proc.proname in ('_py_call_len', '_py_method_get') then 'held' else 'value' end, false, p_depth)
           order by o.ordinality)
    into v_parts from jsonb_array_elements(v_operands) with ordinality o;
  if v_has_keywords then
    v_parts := v_parts[:cardinality(v_parts) - 1] || ('p_kwargs => ' || v_parts[cardinality(v_parts)]);
  end if;
  return format('waymark.%I(%s)', v_proc.proname, array_to_string(v_parts, ', '));
end
$$;
comment on function waymark._generate_library_call(jsonb, jsonb, text, int) is 'The SQL of a library call that the engine has a function for.';
-- file: functions/programs/_generate_mutate.sql
-- A node that changes an object: the method answers what its cell holds now.
create or replace function waymark._generate_mutate(p_node jsonb, p_reads jsonb, p_path text, p_target text) returns text
language plpgsql stable as $$
declare
  v_args text[];
  v_kwargs text;
begin
  if p_node ->> 'method' !~ '^[a-z_]{1,50}$' then
    perform waymark._refuse_ir(p_path || '.method', 'must be the name of a method');
  end if;
  select coalesce(array_agg(waymark._generate_expression(a.value, p_reads, format('%s.args[%s]', p_path, a.ordinality - 1), 'value', false) order by a.ordinality), '{}')
    into v_args from jsonb_array_elements(p_node -> 'args') with ordinality a;
  select string_agg(format('jsonb_build_object(%L, %s)', k.key, waymark._generate_expression(k.value, p_reads, format('%s.kwargs.%s', p_path, k.key), 'value', false)),
                    ' || ' order by k.key)
    into v_kwargs from jsonb_each(p_node -> 'kwargs') k;
  return format(E'v_value := waymark._heap_mutate(%L, %s, %s, %s, v_heap);\n'
    '          if v_value ? ''cell'' then\n            v_heap[(v_value -> ''cell'')::int] := v_value -> ''content'';\n            v_touched := array_append(v_touched, (v_value -> ''cell'')::int);\n          end if;%s',
    p_node ->> 'method', waymark._generate_expression(p_node -> 'object', p_reads, p_path || '.object', 'value', false), waymark._generate_array(v_args),
    coalesce(v_kwargs, '''{}''::jsonb'), case when p_target is null then '' else format(E'\n          %s := v_value -> ''result'';', p_target) end);
end
$$;
comment on function waymark._generate_mutate(jsonb, jsonb, text, text) is 'The code of a node that changes an object.';
-- file: functions/programs/_generate_node.sql
-- The statements of one node, up to where it suspends.
create or replace function waymark._generate_node(p_ir jsonb, p_node jsonb, p_function int, p_variables jsonb[]) returns text
language plpgsql stable as $$
declare
  v_path text := format('$.nodes[%s]', p_node -> 'id');
  v_names jsonb := p_variables[p_function + 1];
  v_target text := quote_ident(v_names ->> (p_node ->> 'target'));
  v_reads jsonb := waymark._variable_reads(v_names);
  v_suspend text := format(E'          locals := %s;\n          pc := %s;\n', waymark._generate_save(v_names, false), ~(p_node -> 'id')::int);
  v_text text;
begin
  case p_node ->> 'kind'
    when 'assign' then v_text := waymark._generate_assign(p_node, v_reads, v_path, v_target);
    when 'mutate' then v_text := waymark._generate_mutate(p_node, v_reads, v_path, v_target);
    when 'branch' then
      v_text := format('if %s then pc := %s; else pc := %s; end if;',
        waymark._generate_expression(p_node -> 'test', v_reads, v_path || '.test', 'boolean', false), p_node -> 'then', p_node -> 'else');
    when 'iterate' then
      v_text := format(E'v_value := %6$s;\n          if v_value is null then pc := %3$s;\n'
        '          else %4$s := v_value; %2$s := to_jsonb(%2$s::int + 1); pc := %5$s; end if;',
        v_names ->> (p_node ->> 'iterator'), v_names ->> (p_node ->> 'index'), p_node -> 'done', v_target, p_node -> 'next',
        format(case when waymark._uses_heap(p_ir) then 'waymark._heap_next(%s, %s::int, v_heap)' else 'waymark._py_iterate(%s, %s::int)' end,
          v_names ->> (p_node ->> 'iterator'), v_names ->> (p_node ->> 'index')));
    when 'action' then
      v_text := format(E'payload := %s;\n%s          effect := ''action'';\n          exit activation;',
        waymark._generate_invocation(p_node -> 'call', v_reads, v_path || '.call'), v_suspend);
    when 'fork' then
      v_text := format(E'v_value := %s;\n          v_ok := true;\n          if v_value = ''[]'' then\n            pc := %s; continue block;\n          end if;\n'
        '          payload := waymark._check_fork(v_value, %L);\n%s          effect := payload ->> ''effect'';\n          exit activation;',
        waymark._generate_expression(p_node -> 'branches', v_reads, v_path || '.branches', 'value', true),
        ~(p_node -> 'id')::int, p_node -> 'settle', v_suspend);
    when 'sleep' then
      v_text := format(E'payload := waymark._check_sleep(%s);\n          if payload is null then\n            v_ok := true; v_value := ''null''; pc := %s; continue block;\n'
        '          end if;\n%s          effect := ''sleep'';\n          exit activation;',
        waymark._generate_expression(p_node -> 'seconds', v_reads, v_path || '.seconds', 'value', false), ~(p_node -> 'id')::int, v_suspend);
    when 'call' then
      v_text := waymark._generate_call(p_ir, p_node, v_names, v_reads);
    when 'catch' then
      v_text := format('%s := v_error;', v_target);
    when 'raise' then
      v_text := format('perform waymark._raise_value(%s);', waymark._generate_expression(p_node -> 'value', v_reads, v_path || '.value', 'value', false));
    when 'return' then
      v_text := format(E'%s := %s;\n', case when p_function = 0 then 'payload' else 'v_value' end,
          waymark._generate_expression(p_node -> 'value', v_reads, v_path || '.value',
            case when p_function > 0 and p_node -> 'value' ? 'local' then 'held' else 'value' end, false))
        || case when p_function = 0 then E'          effect := ''return'';\n          exit activation;'
           else E'          if frames = ''[]'' then\n            effect := ''return'';\n            payload := waymark._paged_whole(v_value);\n            exit activation;\n          end if;\n'
                '          v_ok := true;\n          pc := (frames #> ''{-1,pc}'')::int;\n          locals := frames #> ''{-1,locals}'';\n'
                '          frames := frames - -1;\n          v_load := true;\n          continue activation;' end;
    else
      v_text := waymark._generate_concurrency(p_node, v_names, v_reads, v_suspend);
  end case;
  return '          ' || v_text || E'\n';
end
$$;
comment on function waymark._generate_node(jsonb, jsonb, int, jsonb[]) is 'The code of one node.';
-- file: functions/programs/_generate_operation.sql
-- An operator call. The catalogue is the registry: py.add is the function waymark.py_add, its arity and whether it is a predicate are those of the
-- function. SQLSTATEs: WM101.
create or replace function waymark._generate_operation(p_expression jsonb, p_names jsonb, p_path text, p_calls boolean, p_depth int, out sql text, out is_boolean boolean)
language plpgsql stable as $$
declare
  v_name text := p_expression ->> 'op';
  v_arity int;
  v_parts text[];
begin
  select p.pronargs, p.prorettype = 'boolean'::regtype into v_arity, is_boolean
    from pg_proc p
   where p.pronamespace = 'waymark'::regnamespace and p.proname = replace(v_name, 'py.', 'py_') and v_name ~ '^py\.[a-z][a-z_]*$';
  if not found then
    perform waymark._refuse_ir(p_path || '.op', format('is the unknown operator "%s"', left(coalesce(v_name, 'null'), 50)));
  elsif jsonb_typeof(p_expression -> 'args') is distinct from 'array' or jsonb_array_length(p_expression -> 'args') <> v_arity then
    perform waymark._refuse_ir(p_path || '.args', format('must be %s expressions', v_arity));
  end if;
  select coalesce(array_agg(waymark._generate_expression(a.value, p_names, format('%s.args[%s]', p_path, a.ordinality - 1),
           case when a.ordinality = waymark._held_operand(v_name) then 'held' else 'value' end,
           p_calls and v_name in ('py.concat', 'py.list_append'), p_depth) order by a.ordinality), '{}')
    into v_parts from jsonb_array_elements(p_expression -> 'args') with ordinality a;
  if v_name in ('py.call', 'py.method') then
    sql := coalesce(waymark._generate_keyed_call(p_expression -> 'args', p_names, p_path, p_depth),
                    waymark._generate_library_call(p_expression -> 'args', p_names, p_path, p_depth));
    if sql is not null then
      return;
    end if;
  end if;
  sql := format('waymark.%I(%s)', replace(v_name, 'py.', 'py_'), array_to_string(v_parts, ', '));
end
$$;
comment on function waymark._generate_operation(jsonb, jsonb, text, boolean, int) is 'The SQL of an operator call.';
-- file: functions/programs/_generate_resumption.sql
-- What a node does with the value that CPython has computed for it.
create or replace function waymark._generate_resumption(p_node jsonb, p_position int, p_variables jsonb) returns text
language plpgsql stable as $$
begin
  return format(E'          elsif v_skip = %s then\n          pc := %s;\n          v_skip := 0;\n          perform waymark._check_evaluation(v_ok, v_value);\n'
    '          %s\n', p_position, ~(p_node -> 'id')::int, case p_node ->> 'kind'
      when 'branch' then format('pc := case when v_value = ''true'' then %s else %s end;', p_node -> 'then', p_node -> 'else')
      else waymark._generate_store(p_node, quote_ident(p_variables ->> (p_node ->> 'target')), 'v_value') end);
end
$$;
comment on function waymark._generate_resumption(jsonb, int, jsonb) is 'The code that goes on with the value of an evaluation.';
-- file: functions/programs/_generate_save.sql
-- The expression that builds the object of a function's locals. In chunks, as a call takes at most 100 arguments.
-- p_spills: also the temporaries of arguments ($1s, …). A node that suspends with them has used them; only an evaluation comes between.
create or replace function waymark._generate_save(p_variables jsonb, p_spills boolean) returns text
language plpgsql stable as $$
begin
  return coalesce((
    select string_agg(format('jsonb_build_object(%s)', c.pairs), ' || ' order by c.chunk)
      from (select (n.position - 1) / 45 as chunk, string_agg(format('%L, coalesce(%I, c_unbound)', n.key, n.variable), ', ' order by n.position) as pairs
              from (select v.key, v.value #>> '{}' as variable, row_number() over (order by v.value #>> '{}') as position
                      from jsonb_each(p_variables) v where p_spills or v.key !~ '^\$\d+s$') n
             group by 1) c), quote_literal('{}') || '::jsonb');
end
$$;
comment on function waymark._generate_save(jsonb, boolean) is 'The expression that saves the locals of a function.';
-- file: functions/programs/_generate_sorted.sql
-- sorted() with a lambda as its key: the keys are computed in the step, one after the other as CPython does before it compares any. SQL null for
-- every other form, which the function itself or CPython computes.
create or replace function waymark._generate_sorted(p_args jsonb, p_names jsonb, p_path text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_options jsonb := (select jsonb_object_agg(o.value #>> '{0,const}', o.value -> 1) from jsonb_array_elements(p_args -> 2 -> 'dict') o
                       where o.value #>> '{0,const}' is not null);
  v_key jsonb := v_options -> 'key' -> 'lambda';
  v_reverse jsonb := coalesce(v_options -> 'reverse' -> 'const', 'false');
  v_item text := format('k%s', p_depth);
begin
  if v_key is null or jsonb_array_length(v_key -> 'parameters') <> 1 or jsonb_array_length(p_args -> 1 -> 'list') is distinct from 1
     or v_options - '{key,reverse}'::text[] <> '{}' or v_options ? 'reverse' and v_options -> 'reverse' -> 'const' is null then
    return null;
  end if;
  return format('(select waymark._py_sort(%1$s_list.value, coalesce((select jsonb_agg(%2$s order by %1$s.i) '
      || 'from jsonb_array_elements(%1$s_list.value) with ordinality as %1$s (value, i)), ''[]''), %3$L) '
      || 'from (select waymark.py_spread(%4$s, ''null'') offset 0) as %1$s_list (value))', v_item,
    waymark._generate_expression(v_key -> 'body', p_names - (' ' || (v_key #>> '{parameters,0}')) || jsonb_build_object(v_key #>> '{parameters,0}', v_item || '.value'),
      p_path || '.args[2].key', 'value', false, p_depth + 1),
    v_reverse, waymark._generate_expression(p_args -> 1 -> 'list' -> 0, p_names, p_path || '.args[1].list[0]', 'value', false, p_depth + 1));
end
$$;
comment on function waymark._generate_sorted(jsonb, jsonb, text, int) is 'The SQL of sorted() with a lambda as its key.';
-- file: functions/programs/_generate_store.sql
-- What an assignment does with its value. One that may hold new objects of the heap is settled first: they get cells.
create or replace function waymark._generate_store(p_node jsonb, p_target text, p_value text) returns text
language plpgsql stable as $$
begin
  if p_node ->> 'value' !~ '"(new|box|shared)": ' then
    return format('%s := %s;', p_target, p_value);
  end if;
  return format(E'v_value := waymark._heap_settle(%s, array_upper(v_heap, 1));\n'
    '          for v_cell in 0..jsonb_array_length(v_value -> ''cells'') - 1 loop\n'
    '            v_heap[array_upper(v_heap, 1) + 1] := v_value -> ''cells'' -> v_cell;\n          end loop;\n          %s := v_value -> ''value'';', p_value, p_target);
end
$$;
comment on function waymark._generate_store(jsonb, text, text) is 'The code that binds the value of an assignment.';
-- file: functions/programs/_held_operand.sql
-- The operand of an operator that may be in pages, of which the operator needs few; null if it needs all of it.
create or replace function waymark._held_operand(p_operator text) returns int
language plpgsql immutable as $$
begin
  return case when p_operator in ('py.iter', 'py.getitem', 'py.list_append', 'py.is_none', 'py.truth') then 1
              when p_operator in ('py.in', 'py.not_in') then 2 end;
end
$$;
comment on function waymark._held_operand(text) is 'The operand of an operator that may be in pages.';
-- file: functions/programs/_may_be_evaluated.sql
-- Whether a node has an expression that the engine may have to leave to CPython: an assignment or a decision by more than constants,
-- locals and operators that never refuse. (The truth of a local may be asked of its class.)
-- What makes objects of the heap (new, box) is left to CPython where its value is known to hold them (shared), or holds none (pack, a decision).
-- Front ends put what may be refused there (waymark/compiler/graph.py); in any other node a refusal ends the run.
create or replace function waymark._may_be_evaluated(p_node jsonb) returns boolean
language plpgsql immutable as $$
begin
  if p_node::text ~ '"(new|box)": ' and not coalesce(p_node -> 'value' ?| array['shared', 'pack'], true) then
    return false;
  end if;
  return p_node ->> 'kind' = 'branch' and p_node -> 'test' ? 'local'
    or p_node ->> 'kind' in ('assign', 'branch') and jsonb_path_exists(coalesce(p_node -> 'value', p_node -> 'test'), 'strict $.** ? (
      exists (@.comprehension) || exists (@.and) || exists (@.or) || exists (@.not) || exists (@.if)
      || @.op != "py.is_none" && @.op != "py.is_object" && @.op != "py.is" && @.op != "py.exception_matches" && @.op != "py.list_append")', '{}', true);
end
$$;
comment on function waymark._may_be_evaluated(jsonb) is 'Whether CPython may have to evaluate a node.';
-- file: functions/programs/_node_shape.sql
-- The fields of each kind of node; null for an unknown kind.
create or replace function waymark._node_shape(p_kind text) returns jsonb
language plpgsql immutable as $$
begin
  return '{"id": "int", "kind": "string", "span": "array", "error": "int?"}'::jsonb || case p_kind
    when 'assign' then '{"target": "string", "value": "object", "next": "int"}'
    when 'branch' then '{"test": "object", "then": "int", "else": "int"}'
    when 'iterate' then '{"iterator": "string", "index": "string", "target": "string", "next": "int", "done": "int"}'
    when 'action' then '{"call": "object", "target": "any", "next": "int"}'
    when 'fork' then '{"branches": "object", "settle": "boolean", "target": "any", "next": "int"}'
    when 'sleep' then '{"seconds": "object", "next": "int"}'
    when 'call' then '{"function": "int", "args": "object", "target": "any", "next": "int"}'
    when 'child' then '{"call": "object", "target": "any", "next": "int"}'
    when 'spawn' then '{"call": "object", "group": "any", "target": "any", "next": "int"}'
    when 'wait' then '{"tasks": "object", "until": "string", "timeout": "any", "linked": "boolean", "target": "any", "next": "int"}'
    when 'cancel' then '{"tasks": "object", "next": "int"}'
    when 'scope' then '{"seconds": "any", "target": "string", "next": "int"}'
    when 'unscope' then '{"scope": "string", "target": "string", "next": "int"}'
    when 'semaphore' then '{"value": "object", "bounded": "boolean?", "target": "string", "next": "int"}'
    when 'acquire' then '{"semaphore": "object", "next": "int"}'
    when 'signal' then '{"name": "object", "type": "any", "timeout": "any", "target": "any", "next": "int"}'
    when 'release' then '{"semaphore": "object", "next": "int"}'
    when 'mutate' then '{"method": "string", "object": "object", "args": "array", "kwargs": "object", "target": "any", "next": "int"}'
    when 'catch' then '{"target": "string", "next": "int"}'
    when 'raise' then '{"value": "object"}'
    when 'return' then '{"value": "object"}'
  end::jsonb;
end
$$;
comment on function waymark._node_shape(text) is 'The fields of a kind of IR node.';
-- file: functions/programs/_refuse_ir.sql
-- SQLSTATEs: WM101 malformed, WM102 over a limit; the detail is the path of the offending node.
create or replace function waymark._refuse_ir(p_path text, p_problem text, p_sqlstate text default 'WM101') returns void
language plpgsql as $$
begin
  raise exception using errcode = p_sqlstate, message = format('invalid program: %s %s', p_path, p_problem), detail = p_path,
    hint = 'Nothing was stored. The IR is described in docs/internals/ir.md.';
end
$$;
comment on function waymark._refuse_ir(text, text, text) is 'Refuses an IR, naming the path of the offending node.';
-- file: functions/programs/_source_line.sql
-- A line of the source, trimmed and without control characters, so that it can stand in a comment of generated code.
create or replace function waymark._source_line(p_source jsonb, p_line int) returns text
language plpgsql immutable as $$
begin
  return left(trim(regexp_replace(
    coalesce((string_to_array(p_source ->> 'text', E'\n'))[p_line - (p_source -> 'first_line')::int + 1], ''),
    '[[:cntrl:]\u2028\u2029\u0085]', ' ', 'g')), 120);
end
$$;
comment on function waymark._source_line(jsonb, int) is 'A line of a program''s source, fit for a comment.';
-- file: functions/programs/_source_of.sql
-- The source that a function of a program stands in: its own, where its file is not that of the body.
create or replace function waymark._source_of(p_ir jsonb, p_function int) returns jsonb
language plpgsql immutable as $$
begin
  return coalesce(p_ir #> array['functions', p_function::text, 'source'], p_ir -> 'source');
end
$$;
comment on function waymark._source_of(jsonb, int) is 'The source of a function of a program.';
-- file: functions/programs/_step_template.sql
-- What all step functions have in common, for format: 1 loads the variables, 2 saves them, 3 the catch node of each node, 4 the blocks,
-- 5 the nodes with a generator expression: whether its failure is ever reached, CPython says;
-- 6 what it has of the heap, 7 how the state is put in order.
create or replace function waymark._step_template() returns text
language plpgsql immutable as $$
begin
  return $frame$  c_unbound constant jsonb := jsonb '{"$": "unbound"}';
  v_load boolean := true;
  v_ok boolean := p_ok;
  v_value jsonb := p_value;
  v_error jsonb;
  v_detail text;
  v_fault int;
  v_node int;
  v_budget int := 20000;
  v_skip int := 0;
%6$sbegin
  pc := p_pc;
  locals := p_locals;
  frames := p_frames;
  <<activation>>
  loop
    if v_load then
      v_node := case when pc < 0 then ~pc else pc end;
%1$s      end if;
      v_load := false;
    end if;
    begin
      <<block>>
      loop
        v_budget := v_budget - 1;
        if v_budget < 0 and pc >= 0 then
  %2$s          end if;
          effect := coalesce(effect, 'yield');
          exit activation;
        end if;
        case pc
%4$s        end case;
      end loop;
    exception
      when sqlstate 'WM501' then
        if pc = any (%5$L::int[]) then
          select 'evaluate', waymark._engine_failure(pc, 'WM502', sqlerrm), 0 into effect, payload, v_budget;
          continue activation;
        end if;
        get stacked diagnostics v_detail = pg_exception_detail;
        v_error := v_detail::jsonb;
        v_node := case when pc < 0 then ~pc else pc end;
        v_fault := coalesce(v_fault, v_node);
        pc := %3$s;
        if pc is not null then
          v_fault := null;
        elsif frames = '[]' then
          effect := 'raise';
          payload := jsonb_build_object('node', v_fault, 'exception', v_error);
          exit activation;
        else
          pc := (frames #> '{-1,pc}')::int;
          locals := frames #> '{-1,locals}';
          frames := frames - -1;
          v_ok := false;
          v_value := v_error;
          v_load := true;
        end if;
      when sqlstate 'WM502' or sqlstate 'WM503' then
        payload := waymark._engine_failure(pc, sqlstate, sqlerrm);
        effect := case when sqlstate = 'WM502' and pc >= 0 then 'evaluate' else 'raise' end;
        exit activation when effect = 'raise';
        v_budget := 0;
    end;
  end loop;
%7$send
$frame$;
end
$$;
comment on function waymark._step_template() is 'The frame that all step functions share.';
-- file: functions/programs/_store_graph.sql
-- The same graph as rows, for psql and for pictures.
create or replace function waymark._store_graph(p_program_id bigint, p_ir jsonb) returns void
language plpgsql as $$
begin
  insert into waymark.program_nodes (program_id, node, function, kind, line, source)
  select p_program_id, n.ordinality - 1, f.value ->> 'name', n.value ->> 'kind', (n.value #> '{span,0}')::int,
         waymark._source_line(waymark._source_of(p_ir, f.ordinality::int - 1), (n.value #> '{span,0}')::int)
    from jsonb_array_elements(p_ir -> 'nodes') with ordinality n
    join jsonb_array_elements(p_ir -> 'functions') with ordinality f
      on n.ordinality - 1 between (f.value #> '{nodes,0}')::int and (f.value #> '{nodes,1}')::int;
  insert into waymark.program_signals (program_id, node, name, type)
  select p_program_id, (n.value -> 'id')::int, n.value #>> '{name,const}', nullif(n.value -> 'type', 'null')
    from jsonb_array_elements(p_ir -> 'nodes') n where n.value ->> 'kind' = 'signal';
  insert into waymark.program_edges (program_id, from_node, kind, to_node)
  select p_program_id, n.ordinality - 1, e.key, e.value::int
    from jsonb_array_elements(p_ir -> 'nodes') with ordinality n, jsonb_each_text(n.value) e
   where e.key in ('next', 'then', 'else', 'done', 'error');
end
$$;
comment on function waymark._store_graph(bigint, jsonb) is 'Stores the graph of a program as rows.';
-- file: functions/programs/_uses_heap.sql
-- Whether a program changes objects, so that its tasks have a heap.
create or replace function waymark._uses_heap(p_ir jsonb) returns boolean
language plpgsql immutable as $$
begin
  return p_ir -> 'nodes' @> '[{"kind": "mutate"}]';
end
$$;
comment on function waymark._uses_heap(jsonb) is 'Whether the tasks of a program have a heap.';
-- file: functions/programs/_variable_names.sql
-- local -> name of its PL/pgSQL variable: engine-made from the position, with what is safe of the user's name for the reader of \sf.
create or replace function waymark._variable_names(p_locals jsonb, p_function int) returns jsonb
language plpgsql immutable as $$
begin
  return (
    select coalesce(jsonb_object_agg(l.value #>> '{}', format('%sl%s%s', case when p_function > 0 then format('f%s', p_function) else '' end, l.ordinality - 1,
             left('_' || regexp_replace(lower(l.value #>> '{}'), '[^a-z0-9_]', '', 'g'), 40))), '{}')
      from jsonb_array_elements(p_locals) with ordinality l);
end
$$;
comment on function waymark._variable_names(jsonb, int) is 'The PL/pgSQL variable of each local of a function.';
-- file: functions/programs/_variable_reads.sql
-- local -> the expression that reads it: UnboundLocalError when it is unbound. With a space before its name: as it is held, in pages if it is large.
create or replace function waymark._variable_reads(p_variables jsonb) returns jsonb
language plpgsql stable as $$
begin
  return (select coalesce(jsonb_object_agg(v.key, format('coalesce(case when v_paged then waymark._paged_whole(%I) else %1$I end, waymark._py_unbound(%L))',
                                                         v.value #>> '{}', v.key))
                       || jsonb_object_agg(' ' || v.key, format('coalesce(%I, waymark._py_unbound(%L))', v.value #>> '{}', v.key)), '{}')
            from jsonb_each(p_variables) v);
end
$$;
comment on function waymark._variable_reads(jsonb) is 'The expressions that read the locals of a function.';
-- file: functions/programs/register.sql
-- Validates an IR (docs/internals/ir.md), generates its step function and makes it the workflow's newest program. The same IR is the same program:
-- registering it again changes nothing but, if need be, which version is newest. Generation validates as it goes; any error rolls all of it back.
-- Inserts into programs, program_nodes, program_edges, workflows. One of the places with dynamic SQL: the text is engine-made, from
-- validated IR, with quoted literals and engine-made identifiers only. SQLSTATEs: WM101 malformed, WM102 over a limit.
create or replace function waymark.register(p_ir jsonb) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_hash text;
  v_workflow text;
  v_function text;
  v_program_id bigint;
begin
  perform waymark._check_program(p_ir);
  v_workflow := p_ir ->> 'workflow';
  v_hash := encode(sha256(convert_to(p_ir::text, 'UTF8')), 'hex');
  v_function := left(trim(both '_' from regexp_replace(regexp_replace(v_workflow, '([a-z0-9])([A-Z])', '\1_\2', 'g'), '[^A-Za-z0-9]+', '_', 'g')), 40);
  v_function := lower(v_function) || '_' || left(v_hash, 12);
  loop
    insert into waymark.programs (workflow, hash, dialect, ir, parameters, entry, function_name, registered_at)
    values (v_workflow, v_hash, p_ir ->> 'dialect', p_ir, p_ir #> '{functions,0,parameters}', (p_ir #> '{functions,0,entry}')::int,
            v_function, waymark._now())
    on conflict (workflow, hash) do nothing
    returning program_id into v_program_id;
    if found then
      execute waymark._generate_function(p_ir, v_function);
      execute waymark._generate_batch(v_function);
      perform waymark._store_graph(v_program_id, p_ir);
      exit;
    end if;
    select p.program_id into v_program_id from waymark.programs p where p.workflow = v_workflow and p.hash = v_hash;
    -- Read first: an upsert would lock the row, and every start in a caller's transaction registers before it starts.
    if exists (select from waymark.workflows w where w.workflow = v_workflow and w.program_id = v_program_id) then
      return v_program_id;
    end if;
    -- From here on it is not pruned; if it was just now, it is registered anew.
    update waymark.programs p set replaced_at = null where p.program_id = v_program_id;
    exit when found;
  end loop;
  insert into waymark.workflows (workflow, program_id) values (v_workflow, v_program_id)
  on conflict (workflow) do update set program_id = excluded.program_id;
  update waymark.programs p set replaced_at = waymark._now()
   where p.workflow = v_workflow and p.program_id <> v_program_id and p.replaced_at is null;
  return v_program_id;
end
$$;
comment on function waymark.register(jsonb) is 'Registers a compiled workflow and returns its program id.';
-- file: functions/python/_py_ascii.sql
-- The text of a string that is plain ASCII, on which Python and Postgres agree whatever their Unicode tables; SQL null for every other value.
create or replace function waymark._py_ascii(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_value) = 'string' and octet_length(p_value #>> '{}') = length(p_value #>> '{}') then
    return p_value #>> '{}';
  end if;
  return null;
end
$$;

comment on function waymark._py_ascii(jsonb) is
  'The text of a string of ASCII characters, null for any other value.';
-- file: functions/python/_py_bit_operation.sql
-- The operators &, | and ^: of bools a bool, of ints, of sets; | of dicts.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark._py_bit_operation(p_operator text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text := waymark._py_kind(p_left);
  v_right text := waymark._py_kind(p_right);
  v_result numeric;
begin
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    v_result := waymark._py_bitwise(p_operator, waymark._py_int(p_left), waymark._py_int(p_right));
    return case when v_left = 'bool' and v_right = 'bool' then to_jsonb(v_result = 1) else to_jsonb(v_result) end;
  elsif v_left in ('set', 'frozenset') and v_right in ('set', 'frozenset') then
    return waymark._py_set_operation(p_operator, p_left, p_right);
  elsif v_left = 'dict' and v_right = 'dict' and p_operator = '|' then
    return waymark.py_dict(waymark._py_pairs(p_left) || waymark._py_pairs(p_right));
  end if;
  return waymark._py_unsupported(p_operator, p_left, p_right);
end
$$;

comment on function waymark._py_bit_operation(text, jsonb, jsonb) is
  'The Python operators &, | and ^.';
-- file: functions/python/_py_bitwise.sql
-- The operators &, | and ^ on ints of any size: two's complement without end, computed in limbs of 60 bits until only the signs are left.
create or replace function waymark._py_bitwise(p_operator text, p_left numeric, p_right numeric) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_left numeric := p_left;
  v_right numeric := p_right;
  v_low_left bigint;
  v_low_right bigint;
  v_place numeric := 1;
  v_result numeric := 0;
  v_limb constant numeric := 1152921504606846976;
begin
  while v_left not in (0, -1) or v_right not in (0, -1) loop
    v_low_left := mod(mod(v_left, v_limb) + v_limb, v_limb);
    v_low_right := mod(mod(v_right, v_limb) + v_limb, v_limb);
    v_result := v_result + v_place * case p_operator
      when '&' then v_low_left & v_low_right when '|' then v_low_left | v_low_right else v_low_left # v_low_right end;
    v_left := div(v_left - v_low_left, v_limb);
    v_right := div(v_right - v_low_right, v_limb);
    v_place := v_place * v_limb;
  end loop;
  v_low_left := v_left;
  v_low_right := v_right;
  return v_result + v_place * case p_operator
    when '&' then v_low_left & v_low_right when '|' then v_low_left | v_low_right else v_low_left # v_low_right end;
end
$$;

comment on function waymark._py_bitwise(text, numeric, numeric) is
  'And, or, exclusive or of two ints of any size.';
-- file: functions/python/_py_bound.sql
-- One bound of a slice, counted from the end when negative, then brought into p_low … p_high; None (or SQL null) is the default.
-- Raises: WM502 for a bound that is no int.
create or replace function waymark._py_bound(p_bound jsonb, p_length numeric, p_default numeric, p_low numeric, p_high numeric) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_bound numeric := waymark._py_int(p_bound);
begin
  if p_bound is null or p_bound = 'null' then
    return p_default;
  elsif v_bound is null then
    perform waymark._py_inexact('a slice');
  end if;
  return least(greatest(case when v_bound < 0 then v_bound + p_length else v_bound end, p_low), p_high);
end
$$;

comment on function waymark._py_bound(jsonb, numeric, numeric, numeric, numeric) is
  'A bound of a slice as a position in its sequence.';
-- file: functions/python/_py_by_key.sql
-- sorted, min and max of an engine list by keys that are computed: the list in order, or its first element of the smallest or largest key.
-- Raises: WM502 for keys that no one total order orders, and for an empty list without a default.
create or replace function waymark._py_by_key(p_name text, p_items jsonb, p_keys jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_kwargs - (case p_name when 'sorted' then 'reverse' else 'default' end) <> '{}' then
    return waymark._py_inexact(p_name || '()');
  elsif p_name = 'sorted' then
    return coalesce((
      select jsonb_agg(p_items -> place.i::int order by place.position)
      from jsonb_array_elements_text(waymark._py_order(p_keys, coalesce(p_kwargs -> 'reverse', 'false'))) with ordinality as place (i, position)
    ), '[]');
  elsif p_items = '[]' then
    return coalesce(p_kwargs -> 'default', waymark._py_inexact(p_name || '()'));
  end if;
  return p_items -> (waymark._py_order(p_keys, to_jsonb(p_name = 'max')) ->> 0)::int;
end
$$;

comment on function waymark._py_by_key(text, jsonb, jsonb, jsonb) is
  'The Python sorted, min and max by computed keys.';
-- file: functions/python/_py_characters.sql
-- The characters (code points) of a string, as an array of strings.
create or replace function waymark._py_characters(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_utf8 bytea;
  v_start int := 0;
  v_length int;
  v_characters jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(p_value) = 'string' then
    return to_jsonb(string_to_array(p_value #>> '{}', null));
  end if;
  v_utf8 := waymark._py_to_utf8(p_value);
  while v_start < length(v_utf8) loop
    v_length := case when get_byte(v_utf8, v_start) < 192 then 1 when get_byte(v_utf8, v_start) < 224 then 2
      when get_byte(v_utf8, v_start) < 240 then 3 else 4 end;
    v_characters := v_characters || jsonb_build_array(waymark._py_from_utf8(substr(v_utf8, v_start + 1, v_length)));
    v_start := v_start + v_length;
  end loop;
  return v_characters;
end
$$;

comment on function waymark._py_characters(jsonb) is
  'The characters of a Python string.';
-- file: functions/python/_py_compare.sql
-- The operators <, <=, > and >= of any two values. Strings order by code point: the bytes of UTF-8 do too.
-- Raises: WM501 TypeError as CPython words it; WM502 when a user's class or an uncovered type might define the order.
create or replace function waymark._py_compare(p_operator text, p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_left text := waymark._py_kind(p_left);
  v_right text := waymark._py_kind(p_right);
  v_order int;
begin
  if v_left in ('int', 'bool', 'float', 'decimal') and v_right in ('int', 'bool', 'float', 'decimal') then
    v_order := waymark._py_order_numbers(p_left, p_right);
  elsif v_left in ('set', 'frozenset') and v_right in ('set', 'frozenset') then
    return waymark._py_compare_sets(p_operator, p_left -> 'v', p_right -> 'v');
  elsif v_left = v_right then
    case v_left
      when 'str' then
        v_order := (waymark._py_to_utf8(p_left) > waymark._py_to_utf8(p_right))::int
          - (waymark._py_to_utf8(p_left) < waymark._py_to_utf8(p_right))::int;
      when 'bytes' then
        v_order := (decode(p_left ->> 'v', 'base64') > decode(p_right ->> 'v', 'base64'))::int
          - (decode(p_left ->> 'v', 'base64') < decode(p_right ->> 'v', 'base64'))::int;
      when 'list' then
        return waymark._py_compare_arrays(p_operator, p_left, p_right);
      when 'tuple' then
        return waymark._py_compare_arrays(p_operator, p_left -> 'v', p_right -> 'v');
      when 'date', 'uuid' then
        v_order := (p_left ->> 'v' collate "C" > p_right ->> 'v')::int - (p_left ->> 'v' collate "C" < p_right ->> 'v')::int;
      when 'datetime', 'time' then
        v_order := waymark._py_order_times(p_left, p_right, false);
      when 'timedelta' then
        v_order := (p_left -> 'v' > p_right -> 'v')::int - (p_left -> 'v' < p_right -> 'v')::int;
      else
        perform waymark._py_unordered(p_operator, p_left, p_right);
    end case;
  else
    perform waymark._py_unordered(p_operator, p_left, p_right);
  end if;
  return coalesce(case p_operator
    when '<' then v_order < 0
    when '<=' then v_order <= 0
    when '>' then v_order > 0
    when '>=' then v_order >= 0
  end, false);
end
$$;

comment on function waymark._py_compare(text, jsonb, jsonb) is
  'The Python operators <, <=, > and >= of any two values.';
-- file: functions/python/_py_compare_arrays.sql
-- Orders two sequences: by the first elements that differ, else by length.
-- Raises: WM501 TypeError and WM502 from those elements.
create or replace function waymark._py_compare_arrays(p_operator text, p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  for v_position in 0 .. least(jsonb_array_length(p_left), jsonb_array_length(p_right)) - 1 loop
    if not waymark._py_equal(p_left -> v_position, p_right -> v_position, true) then
      return waymark._py_compare(p_operator, p_left -> v_position, p_right -> v_position);
    end if;
  end loop;
  return waymark._py_compare(p_operator, to_jsonb(jsonb_array_length(p_left)), to_jsonb(jsonb_array_length(p_right)));
end
$$;

comment on function waymark._py_compare_arrays(text, jsonb, jsonb) is
  'The Python operators <, <=, > and >= of two sequences.';
-- file: functions/python/_py_compare_sets.sql
-- The operators <, <=, > and >= of two sets: proper subset, subset, and the other way round.
create or replace function waymark._py_compare_sets(p_operator text, p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_left int := jsonb_array_length(p_left);
  v_right int := jsonb_array_length(p_right);
begin
  return case p_operator
    when '<' then v_left < v_right and waymark._py_filter(p_left, p_right, false) = '[]'
    when '<=' then v_left <= v_right and waymark._py_filter(p_left, p_right, false) = '[]'
    when '>' then v_left > v_right and waymark._py_filter(p_right, p_left, false) = '[]'
    when '>=' then v_left >= v_right and waymark._py_filter(p_right, p_left, false) = '[]'
  end;
end
$$;

comment on function waymark._py_compare_sets(text, jsonb, jsonb) is
  'The Python operators <, <=, > and >= of two sets.';
-- file: functions/python/_py_concatenate.sql
-- The operator + of a sequence on the left, beyond plain strings and lists.
-- Raises: WM501 TypeError; WM502 when a user's class on the right might define the operator.
create or replace function waymark._py_concatenate(p_left_kind text, p_right_kind text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_left_kind = p_right_kind then
    case p_left_kind
      when 'list' then
        return p_left || p_right;
      when 'tuple' then
        return jsonb_build_object('$', 'tuple', 'v', (p_left -> 'v') || (p_right -> 'v'));
      when 'str' then
        return waymark._py_from_utf8(waymark._py_to_utf8(p_left) || waymark._py_to_utf8(p_right));
      else
        return waymark._py_from_bytes(decode(p_left ->> 'v', 'base64') || decode(p_right ->> 'v', 'base64'));
    end case;
  elsif waymark._py_is_open(p_right) then
    return waymark._py_unsupported('+', p_left, p_right);
  elsif p_left_kind = 'bytes' then
    return waymark._raise_python('TypeError', format('can''t concat %s to bytes', waymark._py_type_name(p_right)));
  end if;
  return waymark._raise_python('TypeError', format(
    'can only concatenate %s (not "%s") to %s', p_left_kind, waymark._py_type_name(p_right), p_left_kind));
end
$$;

comment on function waymark._py_concatenate(text, text, jsonb, jsonb) is
  'The Python operator + with a sequence on the left.';
-- file: functions/python/_py_dict_of_pairs.sql
-- The encoding of a dict whose keys are not all distinct plain strings.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark._py_dict_of_pairs(p_pairs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_pairs jsonb;
begin
  select jsonb_agg(jsonb_build_array(entry.key, entry.value) order by entry.position)
    into v_pairs
  from (
    select (array_agg(pair.value -> 0 order by pair.position))[1],
      (array_agg(pair.value -> 1 order by pair.position desc))[1],
      min(pair.position)
    from jsonb_array_elements(p_pairs) with ordinality as pair (value, position)
    group by waymark._py_key(pair.value -> 0)
  ) as entry (key, value, position);
  if not jsonb_path_exists(v_pairs, 'strict $[*][0] ? (@.type() != "string" || @ == "$")') then
    return waymark.py_dict(v_pairs);
  end if;
  perform waymark._py_same_key(member.pair -> 0, waymark._py_key(other.pair -> 0))
  from jsonb_array_elements(v_pairs) as member (pair), jsonb_array_elements(v_pairs) as other (pair)
  where member.pair -> 0 ->> '$' = 'enum';
  return jsonb_build_object('$', 'dict', 'v', v_pairs);
end
$$;

comment on function waymark._py_dict_of_pairs(jsonb) is
  'The encoding of a dict whose keys are not all distinct plain strings.';
-- file: functions/python/_py_divide.sql
-- The quotient of two ints, correctly rounded to a double. Beyond 2**53 the operands are no doubles any more: the quotient is taken to at least
-- 64 bits with a last bit that stands for all the rest, which rounds once, in the conversion.
-- Raises: WM501 ZeroDivisionError, OverflowError; WM502 for operands of more digits than numeric can scale.
create or replace function waymark._py_divide(p_left numeric, p_right numeric) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_shift int;
  v_left numeric := abs(p_left);
  v_right numeric := abs(p_right);
  v_quotient numeric;
  v_negative boolean := (p_left < 0) <> (p_right < 0);
begin
  if p_right = 0 then
    return waymark._raise_python('ZeroDivisionError', 'division by zero');
  elsif v_left <= 9007199254740992 and v_right <= 9007199254740992 then
    return waymark._py_from_float(p_left::float8 / p_right::float8);
  end if;
  v_shift := 64 - floor((length(v_left::text) - length(v_right::text) - 1) * 3.3219280948873623)::int;
  if v_shift < -1100 then
    return waymark._raise_python('OverflowError', 'integer division result too large for a float');
  elsif v_left = 0 or v_shift > 1300 then
    return waymark._py_from_float(case when v_negative then '-0'::float8 else 0 end);
  end if;
  v_left := v_left * waymark._py_power(2, greatest(v_shift, 0));
  v_right := v_right * waymark._py_power(2, greatest(- v_shift, 0));
  v_quotient := div(v_left, v_right);
  v_quotient := 2 * v_quotient + case when v_quotient * v_right = v_left then 0 else 1 end;
  v_shift := v_shift + 1;
  v_quotient := case when v_shift > 0 then v_quotient * waymark._py_power(5, v_shift) * ('1e-' || v_shift)::numeric
    else v_quotient * waymark._py_power(2, - v_shift) end;
  begin
    return waymark._py_from_float(case when v_negative then - v_quotient::float8 else v_quotient::float8 end);
  exception when numeric_value_out_of_range then
    if v_quotient < 1 then
      return waymark._py_from_float(case when v_negative then '-0'::float8 else 0 end);
    end if;
    return waymark._raise_python('OverflowError', 'integer division result too large for a float');
  end;
exception when numeric_value_out_of_range then
  return waymark._refuse('an int of more than 131072 digits', 'Compute it in an action.');
end
$$;

comment on function waymark._py_divide(numeric, numeric) is
  'The true quotient of two ints, correctly rounded.';
-- file: functions/python/_py_equal.sql
-- Equality of any two values. Inside a container (p_nested) Python takes an object for equal to itself before it asks: for nan the answer
-- then depends on identity, which the encoding does not keep.
-- Raises: WM502 where equality depends on identity or on code the engine does not know.
create or replace function waymark._py_equal(p_left jsonb, p_right jsonb, p_nested boolean) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
  v_number numeric;
begin
  if jsonb_typeof(p_left) in ('number', 'string', 'null') and jsonb_typeof(p_right) in ('number', 'string', 'null') then
    return p_left = p_right;
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool', 'float', 'decimal') and v_right in ('int', 'bool', 'float', 'decimal') then
    v_number := waymark._py_number(p_left);
    if v_number = 'NaN' and p_nested and waymark._py_number(p_right) = 'NaN' then
      perform waymark._refuse('nan beside nan in a container (equal only if it is the same object)', 'Compare the elements one by one.');
    end if;
    return v_number = waymark._py_number(p_right) and v_number <> 'NaN';
  elsif v_left in ('opaque', 'iterator', 'callable', 'complex') or v_right in ('opaque', 'iterator', 'callable', 'complex') then
    perform waymark._refuse('comparison of an iterator, a function, a complex number, or a value that could not be encoded', 'Compare lists.');
  elsif waymark._py_has_own(p_left, 'eq') or waymark._py_has_own(p_right, 'eq') then
    perform waymark._refuse('a comparison that a class defines itself', 'Compare it in an action, or compare attributes.');
  elsif v_left in ('set', 'frozenset') and v_right in ('set', 'frozenset') then
    return jsonb_array_length(p_left -> 'v') = jsonb_array_length(p_right -> 'v')
      and jsonb_array_length(waymark._py_filter(p_left -> 'v', p_right -> 'v', true)) = jsonb_array_length(p_left -> 'v');
  elsif v_left = 'enum' or v_right = 'enum' then
    return waymark._py_equal_enums(p_left, p_right);
  elsif v_left <> v_right then
    return false;
  end if;
  case v_left
    when 'list' then
      return waymark._py_equal_arrays(p_left, p_right);
    when 'tuple' then
      return waymark._py_equal_arrays(p_left -> 'v', p_right -> 'v');
    when 'dict' then
      return waymark._py_equal_dicts(p_left, p_right);
    when 'object' then
      return p_left -> '$' = p_right -> '$'
        and waymark._py_equal_dicts(p_left - '{$,$unset,$own}'::text[], p_right - '{$,$unset,$own}'::text[]);
    when 'range' then
      return waymark._py_key(p_left) = waymark._py_key(p_right);
    when 'datetime', 'time' then
      return waymark._py_order_times(p_left, p_right, true) = 0;
    when 'exception' then
      if p_left -> 'type' = p_right -> 'type' then
        perform waymark._refuse('comparison of two exceptions (equal only if they are the same object)', 'Compare their args.');
      end if;
      return false;
    when 'timezone' then
      return p_left -> 'v' = p_right -> 'v';
    when 'path' then
      return waymark._py_key(p_left) = waymark._py_key(p_right);
    else
      return p_left = p_right;
  end case;
end
$$;

comment on function waymark._py_equal(jsonb, jsonb, boolean) is
  'Python equality of any two values; nested values count as equal when they are the same object.';
-- file: functions/python/_py_equal_arrays.sql
-- Equality of two sequences of the same type, element by element.
-- Raises: WM502 as _py_equal.
create or replace function waymark._py_equal_arrays(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_array_length(p_left) <> jsonb_array_length(p_right) then
    return false;
  elsif p_left = p_right and strpos(p_left::text, '"$"') = 0 then
    return true;
  end if;
  for v_position in 0 .. jsonb_array_length(p_left) - 1 loop
    if not waymark._py_equal(p_left -> v_position, p_right -> v_position, true) then
      return false;
    end if;
  end loop;
  return true;
end
$$;

comment on function waymark._py_equal_arrays(jsonb, jsonb) is
  'Python equality of the elements of two sequences.';
-- file: functions/python/_py_equal_dicts.sql
-- Equality of two dicts, whatever their encodings and orders; also of the fields of two objects.
-- Raises: WM502 as _py_equal.
create or replace function waymark._py_equal_dicts(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_left jsonb := waymark._py_pairs(p_left);
  v_right jsonb := waymark._py_pairs(p_right);
  v_keys jsonb;
  v_pair jsonb;
  v_position int;
begin
  if jsonb_array_length(v_left) <> jsonb_array_length(v_right) then
    return false;
  elsif p_left ->> '$' is distinct from 'dict' and p_right ->> '$' is distinct from 'dict' then
    for v_pair in select value from jsonb_array_elements(v_left) loop
      if not p_right ? (v_pair ->> 0) or not waymark._py_equal(v_pair -> 1, p_right -> (v_pair ->> 0), true) then
        return false;
      end if;
    end loop;
    return true;
  end if;
  v_keys := waymark.py_iter(p_right);
  for v_pair in select value from jsonb_array_elements(v_left) loop
    v_position := waymark._py_position(v_keys, v_pair -> 0);
    if v_position is null or not waymark._py_equal(v_pair -> 1, v_right -> v_position -> 1, true) then
      return false;
    end if;
  end loop;
  return true;
end
$$;

comment on function waymark._py_equal_dicts(jsonb, jsonb) is
  'Python equality of two dicts.';
-- file: functions/python/_py_equal_enums.sql
-- Equality where at least one side is an Enum member: by identity, that is type and name. A member whose class also derives from int or str equals
-- its value too, and the encoding does not say whether it does.
-- Raises: WM502 when the values are equal and the classes are not.
create or replace function waymark._py_equal_enums(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_both boolean := waymark._py_kind(p_left) = 'enum' and waymark._py_kind(p_right) = 'enum';
begin
  if v_both and p_left ->> 'type' = p_right ->> 'type' then
    return p_left = p_right;
  elsif waymark._py_equal(
    case when waymark._py_kind(p_left) = 'enum' then p_left -> 'value' else p_left end,
    case when waymark._py_kind(p_right) = 'enum' then p_right -> 'value' else p_right end, true) then
    perform waymark._refuse('comparison of an Enum member with its own value', 'Compare the member''s .value.');
  end if;
  return false;
end
$$;

comment on function waymark._py_equal_enums(jsonb, jsonb) is
  'Python equality of an Enum member and any other value.';
-- file: functions/python/_py_exact.sql
-- The exact value of a double as numeric: mantissa times a power of two, written out in decimal. nan and the infinities map to numeric's.
create or replace function waymark._py_exact(p_value float8) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_bits bigint;
  v_exponent int;
  v_mantissa numeric;
begin
  if p_value::text in ('NaN', 'Infinity', '-Infinity') then
    return p_value::text::numeric;
  end if;
  v_bits := ('x' || encode(float8send(abs(p_value)), 'hex'))::bit(64)::bigint;
  v_exponent := (v_bits >> 52)::int;
  v_mantissa := v_bits & 4503599627370495;
  if v_exponent > 0 then
    v_mantissa := v_mantissa + 4503599627370496;
  else
    v_exponent := 1;
  end if;
  v_exponent := v_exponent - 1075;
  v_mantissa := case when p_value < 0 then - v_mantissa else v_mantissa end;
  if v_exponent >= 0 then
    return v_mantissa * waymark._py_power(2, v_exponent);
  end if;
  return v_mantissa * waymark._py_power(5, - v_exponent) * ('1e' || v_exponent)::numeric;
end
$$;

comment on function waymark._py_exact(float8) is
  'The exact decimal value of a double.';
-- file: functions/python/_py_extreme.sql
-- min() and max(): of the elements of one iterable, where an empty one gives the default, or of two arguments and more.
-- Raises: WM502 for a key, for an empty iterable without a default, and as _py_pick.
create or replace function waymark._py_extreme(p_name text, p_sign int, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_values jsonb := case jsonb_array_length(p_args) when 1 then waymark.py_list(p_args -> 0) else p_args end;
begin
  if p_args = '[]' or p_kwargs - 'default' <> '{}' or p_kwargs <> '{}' and jsonb_array_length(p_args) > 1
     or v_values = '[]' and p_kwargs = '{}' then
    return waymark._py_inexact(p_name);
  elsif v_values = '[]' then
    return p_kwargs -> 'default';
  end if;
  return waymark._py_pick(v_values, p_sign);
end
$$;

comment on function waymark._py_extreme(text, int, jsonb, jsonb) is
  'The Python min and max.';
-- file: functions/python/_py_filter.sql
-- The elements of one set that are (or are not) in another, in order.
create or replace function waymark._py_filter(p_elements jsonb, p_other jsonb, p_member boolean) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  -- An Enum member may equal its value: each pair is looked at. All other elements are told apart by their keys.
  if strpos(p_elements::text || p_other::text, '"enum"') = 0 then
    return coalesce((
      select jsonb_agg(element.value order by element.position)
      from jsonb_array_elements(p_elements) with ordinality as element (value, position)
      where p_member = (waymark._py_key(element.value) in (select waymark._py_key(other.value) from jsonb_array_elements(p_other) as other (value)))
    ), '[]');
  end if;
  return coalesce((
    select jsonb_agg(element.value order by element.position)
    from jsonb_array_elements(p_elements) with ordinality as element (value, position)
    where p_member = (waymark._py_position(p_other, element.value) is not null)
  ), '[]');
end
$$;

comment on function waymark._py_filter(jsonb, jsonb, boolean) is
  'The elements of one set that are, or are not, in another.';
-- file: functions/python/_py_find.sql
-- Where in text[start:stop] a part is first found, or last (p_from_right), as a position in the whole text; -1 when it is not.
-- Raises: WM502 for other values than plain strings, and for bounds that are no ints.
create or replace function waymark._py_find(p_text jsonb, p_part jsonb, p_start jsonb, p_stop jsonb, p_from_right boolean) returns int
language plpgsql stable parallel safe
as $$
declare
  v_length int := length(p_text #>> '{}');
  v_start int;
  v_stop int;
  v_text text;
  v_place int;
begin
  if jsonb_typeof(p_text) <> 'string' or jsonb_typeof(p_part) <> 'string' then
    perform waymark._py_inexact('.find()');
  end if;
  v_start := waymark._py_bound(p_start, v_length, 0, 0, v_length + 1);
  v_stop := waymark._py_bound(p_stop, v_length, v_length, 0, v_length);
  if v_start > v_stop then
    return -1;
  end if;
  v_text := substr(p_text #>> '{}', v_start + 1, v_stop - v_start);
  if not p_from_right then
    v_place := strpos(v_text, p_part #>> '{}') - 1;
  elsif p_part = '""' then
    v_place := length(v_text);
  else
    v_place := strpos(reverse(v_text), reverse(p_part #>> '{}'));
    v_place := case v_place when 0 then -1 else length(v_text) - v_place - length(p_part #>> '{}') + 1 end;
  end if;
  return case v_place when -1 then -1 else v_place + v_start end;
end
$$;

comment on function waymark._py_find(jsonb, jsonb, jsonb, jsonb, boolean) is
  'The position of a string in another, or -1.';
-- file: functions/python/_py_float_add.sql
-- The sum of two doubles as IEEE gives it: overflow is an infinity, where Postgres raises.
create or replace function waymark._py_float_add(p_left float8, p_right float8) returns float8
language plpgsql stable parallel safe
as $$
begin
  return p_left + p_right;
exception when numeric_value_out_of_range then
  return sign(p_left) * 'inf'::float8;
end
$$;

comment on function waymark._py_float_add(float8, float8) is
  'The IEEE sum of two doubles.';
-- file: functions/python/_py_float_div.sql
-- The quotient of two doubles, the divisor not zero, as IEEE gives it: overflow is an infinity and underflow a signed zero, where Postgres raises.
create or replace function waymark._py_float_div(p_left float8, p_right float8) returns float8
language plpgsql stable parallel safe
as $$
begin
  return p_left / p_right;
exception when numeric_value_out_of_range then
  return sign(p_left) * sign(p_right) * case when abs(p_right) < 1 then 'inf'::float8 else 0 end;
end
$$;

comment on function waymark._py_float_div(float8, float8) is
  'The IEEE quotient of two doubles, the divisor not zero.';
-- file: functions/python/_py_float_divmod.sql
-- Floor quotient and remainder of two doubles, the divisor not zero, by CPython's own steps. The remainder of a truncated division is
-- always a double itself, so it is computed exactly in numeric; the roundings that follow are CPython's.
create or replace function waymark._py_float_divmod(p_left float8, p_right float8, out quotient float8, out remainder float8)
language plpgsql stable parallel safe
as $$
declare
  v_negative_right boolean := p_right < 0 and p_right::text <> 'NaN';
begin
  if p_left::text in ('NaN', 'Infinity', '-Infinity') or p_right::text = 'NaN' then
    quotient := 'nan';
    remainder := 'nan';
    return;
  end if;
  remainder := case when p_right::text in ('Infinity', '-Infinity') then p_left
    else mod(waymark._py_exact(p_left), waymark._py_exact(p_right))::float8 end;
  quotient := waymark._py_float_div(p_left - remainder, p_right);
  if remainder <> 0 then
    if v_negative_right <> (remainder < 0) then
      remainder := remainder + p_right;
      quotient := quotient - 1;
    end if;
  else
    remainder := case when v_negative_right then '-0'::float8 else 0 end;
  end if;
  if quotient = 0 then
    quotient := case when v_negative_right <> (p_left < 0 or p_left::text = '-0') then '-0'::float8 else 0 end;
  elsif quotient - floor(quotient) > 0.5 then
    quotient := floor(quotient) + 1;
  else
    quotient := floor(quotient);
  end if;
end
$$;

comment on function waymark._py_float_divmod(float8, float8) is
  'Floor quotient and remainder of two doubles as CPython computes them.';
-- file: functions/python/_py_float_mul.sql
-- The product of two doubles as IEEE gives it: overflow is an infinity and underflow a signed zero, where Postgres raises.
create or replace function waymark._py_float_mul(p_left float8, p_right float8) returns float8
language plpgsql stable parallel safe
as $$
begin
  return p_left * p_right;
exception when numeric_value_out_of_range then
  return sign(p_left) * sign(p_right) * case when greatest(abs(p_left), abs(p_right)) > 1 then 'inf'::float8 else 0 end;
end
$$;

comment on function waymark._py_float_mul(float8, float8) is
  'The IEEE product of two doubles.';
-- file: functions/python/_py_float_pow.sql
-- A double to the power of a double: the special cases as CPython orders them, the rest from the platform's pow(), as CPython does.
-- Raises: WM501 ZeroDivisionError, OverflowError; WM502 for a complex result and on the edge of underflow.
create or replace function waymark._py_float_pow(p_left float8, p_right float8) returns float8
language plpgsql stable parallel safe
as $$
declare
  v_base float8 := abs(p_left);
  v_odd boolean;
  v_sign float8;
begin
  if p_right = 0 or p_left = 1 then
    return 1;
  elsif p_left::text = 'NaN' or p_right::text = 'NaN' then
    return 'nan'::float8;
  elsif p_right::text in ('Infinity', '-Infinity') then
    return case when v_base = 1 then 1 when (p_right > 0) = (v_base > 1) then 'inf'::float8 else 0 end;
  end if;
  v_odd := floor(p_right) = p_right and abs(p_right) < 9007199254740992 and p_right::bigint % 2 <> 0;
  v_sign := case when v_odd and (p_left < 0 or p_left::text = '-0') then -1 else 1 end;
  if v_base = 0 and p_right < 0 then
    perform waymark._raise_python('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  elsif v_base = 0 or v_base::text = 'Infinity' then
    return v_sign * case when (p_right > 0) = (v_base > 1) then 'inf'::float8 else 0 end;
  elsif p_left < 0 and floor(p_right) <> p_right then
    perform waymark._refuse('a negative float to a fractional power (a complex number)', 'Compute it in an action.');
  end if;
  begin
    return v_sign * power(v_base, p_right);
  exception when numeric_value_out_of_range then
    if (p_right > 0) = (v_base > 1) then
      perform waymark._raise_python('OverflowError', '(34, ''Numerical result out of range'')', '[34, "Numerical result out of range"]');
    elsif least(abs(p_right), 1e300) * abs(log(v_base)) > 324 then
      return v_sign * 0;
    end if;
    perform waymark._refuse('a power on the edge of underflow', 'Compute it in an action.');
  end;
  return null;
end
$$;

comment on function waymark._py_float_pow(float8, float8) is
  'A double to the power of a double as CPython computes it.';
-- file: functions/python/_py_from_bytes.sql
-- Encodes bytes; encode() breaks its lines, the encoding does not.
create or replace function waymark._py_from_bytes(p_value bytea) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return jsonb_build_object('$', 'bytes', 'v', translate(encode(p_value, 'base64'), E'\n', ''));
end
$$;

comment on function waymark._py_from_bytes(bytea) is
  'The encoded Python bytes of a bytea.';
-- file: functions/python/_py_from_float.sql
-- Encodes a double with the fewest digits that read back as the same double, as repr() does. float8's text form has them (a cast to numeric would
-- round to 15 digits), except that it avoids a decimal halfway between two doubles even where that reads back. Such a one with fewer digits
-- exists only between 1e16 and 1e40, and it is the value rounded to one digit less than the text has.
-- Raises: WM502 when a session has taken digits away from float8's text form.
create or replace function waymark._py_from_float(p_value float8) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := p_value::text;
  v_exact numeric;
  v_digits text;
begin
  if v_text::float8 <> p_value then
    return waymark._refuse('a float under extra_float_digits = ' || current_setting('extra_float_digits'),
      'Leave extra_float_digits at 1, its default, for the worker''s role and database.');
  elsif abs(p_value) >= 1e-4 and abs(p_value) < 1e16 then
    return to_jsonb(v_text::numeric + 0.0);
  elsif abs(p_value) >= 1e16 and abs(p_value) < 1e40 then
    v_exact := waymark._py_exact(abs(p_value));
    v_exact := round(v_exact, length(regexp_replace(v_text, 'e.*|[-.]', '', 'g')) - 1 - length(v_exact::text));
    if v_exact::float8 = abs(p_value) then
      v_digits := rtrim(v_exact::text, '0');
      return jsonb_build_object('$', 'float', 'v', concat(
        case when p_value < 0 then '-' end, left(v_digits, 1), case when length(v_digits) > 1 then '.' end, substr(v_digits, 2),
        'e+', length(v_exact::text) - 1));
    end if;
  end if;
  return case v_text
    when '0' then '0.0'::jsonb
    when '-0' then '{"$": "float", "v": "-0.0"}'::jsonb
    when 'NaN' then '{"$": "float", "v": "nan"}'::jsonb
    when 'Infinity' then '{"$": "float", "v": "inf"}'::jsonb
    when '-Infinity' then '{"$": "float", "v": "-inf"}'::jsonb
    else jsonb_build_object('$', 'float', 'v', v_text)
  end;
end
$$;

comment on function waymark._py_from_float(float8) is
  'The encoded Python float of a double.';
-- file: functions/python/_py_from_utf8.sql
-- Encodes the string of these UTF-8 bytes: plain unless it holds U+0000 or a lone surrogate, which jsonb cannot.
create or replace function waymark._py_from_utf8(p_value bytea) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if encode(p_value, 'hex') ~ '^(..)*(00|ed[ab])' then
    return jsonb_build_object('$', 'str', 'v', translate(encode(p_value, 'base64'), E'\n', ''));
  end if;
  return to_jsonb(convert_from(p_value, 'UTF8'));
end
$$;

comment on function waymark._py_from_utf8(bytea) is
  'The encoded Python string of UTF-8 bytes.';
-- file: functions/python/_py_has_attribute.sql
-- Whether a builtin type (of Python 3.11 to 3.13) has an attribute that the engine does not compute; any other name is an AttributeError.
-- The static table is compared with CPython by tests/operators; types that are not in it may have any attribute, and every type has names in
-- double underscores that the engine does not know.
create or replace function waymark._py_has_attribute(p_kind text, p_name text) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_attributes constant jsonb := '{
    "NoneType": [],
    "bool": ["as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "imag", "is_integer", "numerator",
      "real", "to_bytes"],
    "int": ["as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "imag", "is_integer", "numerator",
      "real", "to_bytes"],
    "float": ["as_integer_ratio", "conjugate", "fromhex", "hex", "imag", "is_integer", "real"],
    "str": ["capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format", "format_map", "index",
      "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle",
      "isupper", "join", "ljust", "lower", "lstrip", "maketrans", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex",
      "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper",
      "zfill"],
    "list": ["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"],
    "tuple": ["count", "index"],
    "dict": ["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"],
    "set": ["add", "clear", "copy", "difference", "difference_update", "discard", "intersection", "intersection_update", "isdisjoint",
      "issubset", "issuperset", "pop", "remove", "symmetric_difference", "symmetric_difference_update", "union", "update"],
    "frozenset": ["copy", "difference", "intersection", "isdisjoint", "issubset", "issuperset", "symmetric_difference", "union"],
    "bytes": ["capitalize", "center", "count", "decode", "endswith", "expandtabs", "find", "fromhex", "hex", "index", "isalnum", "isalpha",
      "isascii", "isdigit", "islower", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans", "partition",
      "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines",
      "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill"],
    "range": ["count", "index", "start", "step", "stop"],
    "datetime": ["astimezone", "combine", "ctime", "date", "day", "dst", "fold", "fromisocalendar", "fromisoformat", "fromordinal",
      "fromtimestamp", "hour", "isocalendar", "isoformat", "isoweekday", "max", "microsecond", "min", "minute", "month", "now", "replace",
      "resolution", "second", "strftime", "strptime", "time", "timestamp", "timetuple", "timetz", "today", "toordinal", "tzinfo", "tzname",
      "utcfromtimestamp", "utcnow", "utcoffset", "utctimetuple", "weekday", "year"],
    "date": ["ctime", "day", "fromisocalendar", "fromisoformat", "fromordinal", "fromtimestamp", "isocalendar", "isoformat", "isoweekday",
      "max", "min", "month", "replace", "resolution", "strftime", "timetuple", "today", "toordinal", "weekday", "year"],
    "time": ["dst", "fold", "fromisoformat", "hour", "isoformat", "max", "microsecond", "min", "minute", "replace", "resolution", "second",
      "strftime", "tzinfo", "tzname", "utcoffset"],
    "timedelta": ["days", "max", "microseconds", "min", "resolution", "seconds", "total_seconds"],
    "decimal": ["adjusted", "as_integer_ratio", "as_tuple", "canonical", "compare", "compare_signal", "compare_total", "compare_total_mag",
      "conjugate", "copy_abs", "copy_negate", "copy_sign", "exp", "fma", "from_float", "imag", "is_canonical", "is_finite", "is_infinite",
      "is_nan", "is_normal", "is_qnan", "is_signed", "is_snan", "is_subnormal", "is_zero", "ln", "log10", "logb", "logical_and",
      "logical_invert", "logical_or", "logical_xor", "max", "max_mag", "min", "min_mag", "next_minus", "next_plus", "next_toward",
      "normalize", "number_class", "quantize", "radix", "real", "remainder_near", "rotate", "same_quantum", "scaleb", "shift", "sqrt",
      "to_eng_string", "to_integral", "to_integral_exact", "to_integral_value"],
    "exception": ["add_note", "args", "characters_written", "code", "derive", "encoding", "end", "end_lineno", "end_offset", "errno",
      "exceptions", "filename", "filename2", "lineno", "message", "msg", "name", "name_from", "obj", "object", "offset", "path",
      "print_file_and_line", "reason", "split", "start", "strerror", "subgroup", "text", "value", "with_traceback"]
  }'::jsonb;
begin
  return p_name like '\_\_%' or coalesce(v_attributes -> p_kind ? p_name, true);
end
$$;

comment on function waymark._py_has_attribute(text, text) is
  'Whether a builtin type has an attribute that the engine does not compute.';
-- file: functions/python/_py_has_own.sql
-- Whether a value's class defines an operation in another way than its kind does (docs/internals/values.md): attr, eq or truth.
create or replace function waymark._py_has_own(p_value jsonb, p_operation text) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return coalesce(p_value -> '$own' ? p_operation and waymark._py_kind(p_value) in ('object', 'enum', 'exception'), false);
end
$$;

comment on function waymark._py_has_own(jsonb, text) is
  'Whether a value''s class defines an operation itself.';
-- file: functions/python/_py_in_array.sql
-- Whether one of a sequence's elements is or equals a value. A plain string is looked for by jsonb's own containment first.
-- Raises: WM502 as _py_equal.
create or replace function waymark._py_in_array(p_item jsonb, p_array jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_item) = 'string' and p_array @> p_item then
    return true;
  end if;
  for v_position in 0 .. jsonb_array_length(p_array) - 1 loop
    if waymark._py_equal(p_array -> v_position, p_item, true) then
      return true;
    end if;
  end loop;
  return false;
end
$$;

comment on function waymark._py_in_array(jsonb, jsonb) is
  'Whether a sequence has an element equal to a value.';
-- file: functions/python/_py_in_base.sql
-- The digits of an int that is not negative, in base 2, 8 or 16 (p_bits 1, 3, 4).
create or replace function waymark._py_in_base(p_value bigint, p_bits int) returns text
language plpgsql stable parallel safe
as $$
declare
  v_rest bigint := p_value;
  v_digits text := '';
begin
  loop
    v_digits := substr('0123456789abcdef', (v_rest & ((1 << p_bits) - 1))::int + 1, 1) || v_digits;
    v_rest := v_rest >> p_bits;
    exit when v_rest = 0;
  end loop;
  return v_digits;
end
$$;

comment on function waymark._py_in_base(bigint, int) is
  'The digits of an int in base 2, 8 or 16.';
-- file: functions/python/_py_in_bytes.sql
-- The operator `in` with bytes on the right: a byte or a run of bytes.
-- Raises: WM501 TypeError, ValueError; WM502.
create or replace function waymark._py_in_bytes(p_item jsonb, p_container bytea) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_byte numeric := waymark._py_int(p_item);
begin
  if v_byte is null then
    if waymark._py_kind(p_item) = 'bytes' then
      return position(decode(p_item ->> 'v', 'base64') in p_container) > 0;
    elsif waymark._py_is_foreign(p_item) then
      perform waymark._refuse(format('a %s in bytes', waymark._py_type_name(p_item)), 'Use a plain value.');
    end if;
    perform waymark._raise_python('TypeError', format('a bytes-like object is required, not ''%s''', waymark._py_type_name(p_item)));
  elsif v_byte not between 0 and 255 then
    perform waymark._raise_python('ValueError', 'byte must be in range(0, 256)');
  end if;
  return position(set_byte('\x00', 0, v_byte::int) in p_container) > 0;
end
$$;

comment on function waymark._py_in_bytes(jsonb, bytea) is
  'The Python operator in with bytes on the right.';
-- file: functions/python/_py_in_range.sql
-- Whether a range has an element equal to a value.
-- Raises: WM502 for an Enum member, which may be an int, and for a value that could not be encoded.
create or replace function waymark._py_in_range(p_item jsonb, p_range jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_item numeric;
  v_offset numeric;
begin
  if waymark._py_kind(p_item) in ('enum', 'opaque') then
    perform waymark._refuse(format('a %s in a range', waymark._py_type_name(p_item)), 'Use a plain value.');
  end if;
  v_item := waymark._py_number(p_item);
  if v_item is null or v_item in ('NaN', 'Infinity', '-Infinity') then
    return false;
  end if;
  v_offset := v_item - (p_range #> '{v,0}')::numeric;
  return mod(v_offset, (p_range #> '{v,2}')::numeric) = 0
    and div(v_offset, (p_range #> '{v,2}')::numeric) between 0 and waymark._py_range_length(p_range) - 1;
end
$$;

comment on function waymark._py_in_range(jsonb, jsonb) is
  'Whether a range has an element equal to a value.';
-- file: functions/python/_py_index.sql
-- The element of a sequence at an index, which counts from the end when negative.
-- Raises: WM501 TypeError, IndexError; WM502 for an Enum member or a user's class as the index.
create or replace function waymark._py_index(p_kind text, p_object jsonb, p_key jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_index numeric := waymark._py_int(p_key);
  v_items jsonb;
begin
  if v_index is null then
    if waymark._py_is_foreign(p_key) then
      return waymark._refuse('a subscript with ' || waymark._py_type_name(p_key), 'Use an int.');
    end if;
    return waymark._raise_python('TypeError', case p_kind
      when 'str' then format('string indices must be integers, not ''%s''', waymark._py_type_name(p_key))
      else format('%s indices must be integers or slices, not %s',
        case p_kind when 'bytes' then 'byte' else p_kind end, waymark._py_type_name(p_key))
    end);
  elsif p_kind = 'range' then
    v_index := case when v_index < 0 then v_index + waymark._py_range_length(p_object) else v_index end;
    if v_index < 0 or v_index >= waymark._py_range_length(p_object) then
      return waymark._raise_python('IndexError', 'range object index out of range');
    end if;
    return to_jsonb((p_object #> '{v,0}')::numeric + v_index * (p_object #> '{v,2}')::numeric);
  elsif v_index not between -9223372036854775808 and 9223372036854775807 then
    return waymark._raise_python('IndexError', 'cannot fit ''int'' into an index-sized integer');
  end if;
  v_items := case p_kind when 'list' then p_object when 'tuple' then p_object -> 'v' else waymark.py_iter(p_object) end;
  if v_index < - jsonb_array_length(v_items) or v_index >= jsonb_array_length(v_items) then
    return waymark._raise_python('IndexError', case p_kind
      when 'str' then 'string index out of range'
      when 'bytes' then 'index out of range'
      else p_kind || ' index out of range'
    end);
  end if;
  return v_items -> v_index::int;
end
$$;

comment on function waymark._py_index(text, jsonb, jsonb) is
  'The element of a sequence at an index.';
-- file: functions/python/_py_inexact.sql
-- The end of every builtin and method for what it does not compute itself, CPython's own errors among them: never returns.
-- Raises: WM502, on which the step has the expression evaluated by a worker.
create or replace function waymark._py_inexact(p_what text) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse(p_what || ' of these values', 'Compute it in an action.');
end
$$;

comment on function waymark._py_inexact(text) is
  'Refuses a call that the engine leaves to CPython.';
-- file: functions/python/_py_int.sql
-- An int or bool as numeric; SQL null for every other value.
create or replace function waymark._py_int(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'number' then
      return case when scale(p_value::numeric) = 0 then p_value::numeric end;
    when 'boolean' then
      return p_value::boolean::int;
    else
      return null;
  end case;
end
$$;

comment on function waymark._py_int(jsonb) is
  'An encoded int or bool as numeric, null for any other value.';
-- file: functions/python/_py_integer.sql
-- Sum, difference and product of ints that may be too large for numeric.
-- Raises: WM502 when the result has more digits than numeric holds.
create or replace function waymark._py_integer(p_operator text, p_left numeric, p_right numeric) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(case p_operator
    when '+' then p_left + p_right
    when '-' then p_left - p_right
    when '*' then p_left * p_right
  end);
exception when numeric_value_out_of_range then
  return waymark._refuse('an int of more than 131072 digits', 'Compute it in an action.');
end
$$;

comment on function waymark._py_integer(text, numeric, numeric) is
  'Sum, difference or product of two ints of any size.';
-- file: functions/python/_py_is_foreign.sql
-- Whether a value is an instance of a user's class, which may define any operator, one that could not be encoded, a complex number, or a function or class itself, or an iterator.
create or replace function waymark._py_is_foreign(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
begin
  return v_kind in ('object', 'enum', 'class', 'complex', 'opaque', 'callable', 'iterator', 'task', 'semaphore') or (v_kind = 'exception' and strpos(p_value ->> 'type', ':') > 0);
end
$$;

comment on function waymark._py_is_foreign(jsonb) is
  'Whether a value is of a user''s class, so that the engine does not know its operators.';
-- file: functions/python/_py_is_naive.sql
-- Whether a datetime or time carries no UTC offset.
create or replace function waymark._py_is_naive(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return not p_value ? 'zone' and regexp_replace(p_value ->> 'v', '^.*T', '') !~ '[-+Z]';
end
$$;

comment on function waymark._py_is_naive(jsonb) is
  'Whether a datetime or time has no UTC offset.';
-- file: functions/python/_py_is_open.sql
-- Whether the engine cannot know what arithmetic or ordering does with a value: instances of users' classes, and types of the standard library
-- whose operators the engine does not compute.
create or replace function waymark._py_is_open(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_is_foreign(p_value)
    or waymark._py_kind(p_value) in ('decimal', 'datetime', 'date', 'timedelta', 'path', 'timezone', 'zone');
end
$$;

comment on function waymark._py_is_open(jsonb) is
  'Whether a value''s type may define arithmetic or an order that the engine does not compute.';
-- file: functions/python/_py_iterate.sql
-- The element of an iterator (see waymark.py_iter) at a position from 0; SQL null when it is exhausted.
create or replace function waymark._py_iterate(p_iterator jsonb, p_index int) returns jsonb
language plpgsql stable
as $$
declare
  v_bounds jsonb;
  v_element numeric;
begin
  if jsonb_typeof(p_iterator) = 'array' then
    return p_iterator -> p_index;
  end if;
  if waymark._is_paged(p_iterator) then
    return waymark._paged_item(p_iterator, to_jsonb(p_index));
  end if;
  v_bounds := p_iterator -> 'v';
  v_element := (v_bounds -> 0)::numeric + p_index * (v_bounds -> 2)::numeric;
  return case when case when v_bounds -> 2 > '0' then v_element < (v_bounds -> 1)::numeric else v_element > (v_bounds -> 1)::numeric end
    then to_jsonb(v_element) end;
end
$$;

comment on function waymark._py_iterate(jsonb, int) is
  'The element of an iterator at a position, SQL null when it is exhausted.';
-- file: functions/python/_py_iterator.sql
-- What an iterator gives, as only the consumers of iterators may see it (waymark.py_iter): it is no value, and every other operator leaves it to CPython.
create or replace function waymark._py_iterator(p_items jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return jsonb_build_object('$', 'iterator', 'v', p_items);
end
$$;

comment on function waymark._py_iterator(jsonb) is
  'An iterator over the elements of an array.';
-- file: functions/python/_py_key.sql
-- A normal form of hashable values: two are the same dict key or set element exactly when their normal forms are equal as jsonb.
-- Numbers become their exact value (1, 1.0, True are one key), sets and ranges lose what equality ignores.
-- Raises: WM501 TypeError for an unhashable value; WM502 for nan, exceptions and instances of users' classes, which hash by identity or code.
create or replace function waymark._py_key(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_number numeric;
begin
  case
    when v_kind in ('str', 'int', 'NoneType', 'bytes', 'date', 'uuid', 'timedelta', 'class', 'ellipsis', 'task', 'semaphore') or v_kind = 'enum' and not waymark._py_has_own(p_value, 'eq') then
      return p_value;
    when v_kind in ('bool', 'float', 'decimal') then
      v_number := waymark._py_number(p_value);
      if v_number in ('Infinity', '-Infinity') then
        return jsonb_build_object('$', 'float', 'v', v_number::text);
      elsif v_number <> 'NaN' then
        return to_jsonb(v_number);
      end if;
    when v_kind in ('tuple', 'frozenset') then
      return jsonb_build_object('$', v_kind, 'v', coalesce((
        select case v_kind when 'tuple' then jsonb_agg(key.value order by key.position) else jsonb_agg(key.value order by key.value) end
        from jsonb_array_elements(p_value -> 'v') with ordinality as element (value, position)
        cross join lateral (select waymark._py_key(element.value), element.position) as key (value, position)
      ), '[]'));
    when v_kind = 'range' then
      v_number := waymark._py_range_length(p_value);
      return jsonb_build_object('$', 'range', 'v', jsonb_build_array(
        v_number, case when v_number > 0 then p_value -> 'v' -> 0 end, case when v_number > 1 then p_value -> 'v' -> 2 end));
    when v_kind in ('list', 'dict', 'set') then
      return waymark._raise_python('TypeError', format('unhashable type: ''%s''', v_kind));
    when v_kind in ('datetime', 'time') and waymark._py_is_naive(p_value) then
      return p_value - 'fold';
    when v_kind = 'path' and p_value ->> 'type' in ('PosixPath', 'PurePosixPath') then
      return p_value - 'type';
    else
      null;
  end case;
  return waymark._refuse('a ' || waymark._py_type_name(p_value) || ' as a key or element', 'Use its name, id or value as the key.');
end
$$;

comment on function waymark._py_key(jsonb) is
  'The normal form of a hashable value, equal exactly for equal keys.';
-- file: functions/python/_py_kind.sql
-- What a value is, as the name the encoding knows it by (docs/internals/values.md): 'NoneType', 'bool', 'int', 'float', 'str', 'list', 'dict',
-- 'object' for an instance of a user's class, else the value's tag. Every operator's general path dispatches on it.
create or replace function waymark._py_kind(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'string' then
      return 'str';
    when 'number' then
      return case when scale(p_value::numeric) = 0 then 'int' else 'float' end;
    when 'boolean' then
      return 'bool';
    when 'array' then
      return 'list';
    when 'null' then
      return 'NoneType';
    else
      if not p_value ? '$' or jsonb_typeof(p_value -> '$') = 'array' then
        return 'dict';
      end if;
      return case when strpos(p_value ->> '$', ':') > 0 then 'object' else p_value ->> '$' end;
  end case;
end
$$;

comment on function waymark._py_kind(jsonb) is
  'The kind of an encoded Python value: the name of its builtin type, object for a user''s class, or its tag.';
-- file: functions/python/_py_length.sql
-- How many elements, items, characters or bytes a value has; SQL null for a value that has no length or one that the engine does not know.
create or replace function waymark._py_length(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'array' then
      return jsonb_array_length(p_value);
    when 'string' then
      return length(p_value #>> '{}');
    else
      null;
  end case;
  -- Statements, not one expression: its query is planned with the value, and would decode what is no base64.
  case waymark._py_kind(p_value)
    when 'paged' then
      return (p_value -> 'length')::numeric;
    when 'tuple', 'set', 'frozenset' then
      return jsonb_array_length(p_value -> 'v');
    when 'dict' then
      return case p_value ->> '$' when 'dict' then jsonb_array_length(p_value -> 'v')
        else (select count(*) from jsonb_object_keys(p_value) as entry (key) where entry.key <> '$') end;
    when 'bytes' then
      return octet_length(decode(p_value ->> 'v', 'base64'));
    when 'str' then
      return jsonb_array_length(waymark._py_characters(p_value));
    when 'range' then
      return waymark._py_range_length(p_value);
    else
      return null;
  end case;
end
$$;

comment on function waymark._py_length(jsonb) is
  'The length of a Python value, null for one without a length that the engine knows.';
-- file: functions/python/_py_lookup.sql
-- The value a dict has for a key; SQL null when it has none. Keys are one when Python calls them equal: 1, 1.0 and True.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark._py_lookup(p_dict jsonb, p_key jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_dict ->> '$' = 'dict' then
    return p_dict -> 'v' -> waymark._py_position(jsonb_path_query_array(p_dict, '$.v[*][0]'), p_key) -> 1;
  elsif jsonb_typeof(p_key) = 'string' then
    return case when p_key <> '"$"' then p_dict -> (p_key #>> '{}') end;
  elsif p_key ->> '$' = 'enum' and p_dict ? (p_key ->> 'value') then
    perform waymark._py_equal_enums(p_key, p_key -> 'value');
  end if;
  perform waymark._py_key(p_key);
  return null;
end
$$;

comment on function waymark._py_lookup(jsonb, jsonb) is
  'The value a dict has for a key, SQL null when it has none.';
-- file: functions/python/_py_may_contain.sql
-- Whether a value of a user's class may be a sequence or a mapping: all of these have a length, which makes their truth their own.
create or replace function waymark._py_may_contain(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return coalesce(p_value ->> '$' = 'opaque' or (waymark._py_is_foreign(p_value) and p_value -> '$own' ? 'truth'), false)
      or coalesce(p_value ->> '$' = 'enum' and jsonb_typeof(p_value -> 'value') in ('array', 'object'), false);
end
$$;

comment on function waymark._py_may_contain(jsonb) is
  'Whether a value of a user''s class may be a sequence or a mapping.';
-- file: functions/python/_py_microseconds.sql
-- A timedelta in microseconds, its only exact unit.
create or replace function waymark._py_microseconds(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
begin
  return ((p_value #>> '{v,0}')::numeric * 86400 + (p_value #>> '{v,1}')::numeric) * 1000000 + (p_value #>> '{v,2}')::numeric;
end
$$;

comment on function waymark._py_microseconds(jsonb) is
  'A timedelta in microseconds.';
-- file: functions/python/_py_number.sql
-- The exact value of an int, bool, float or Decimal, nan and the infinities included; SQL null for every other value.
-- Raises: WM502 for a Decimal that numeric cannot hold and for a signaling nan.
create or replace function waymark._py_number(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
begin
  case waymark._py_kind(p_value)
    when 'int', 'bool' then
      return waymark._py_int(p_value);
    when 'float' then
      return waymark._py_exact(waymark._py_to_float(p_value));
    when 'decimal' then
      begin
        return (p_value ->> 'v')::numeric;
      exception when numeric_value_out_of_range or invalid_text_representation then
        perform waymark._refuse('Decimal ' || left(p_value ->> 'v', 100), 'Compute it in an action.');
      end;
    else
      null;
  end case;
  return null;
end
$$;

comment on function waymark._py_number(jsonb) is
  'The exact numeric value of an encoded number.';
-- file: functions/python/_py_order.sql
-- The permutation that sorts an engine list of keys: the positions of the smallest, the next …; equal keys stay in order, also in reverse.
-- Raises: WM502 for keys that no one total order orders, and for a p_reverse that is no int.
create or replace function waymark._py_order(p_keys jsonb, p_reverse jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_sign int := case when waymark._py_int(p_reverse) = 0 then 1 when waymark._py_int(p_reverse) <> 0 then -1 end;
  v_ranks int[] := case jsonb_array_length(p_keys) when 1 then '{1}' else waymark._py_ranks(p_keys) end;
begin
  if v_sign is null or v_ranks is null then
    return waymark._py_inexact('the order');
  end if;
  return coalesce((
    select jsonb_agg(key.position - 1 order by v_sign * key.rank, key.position) from unnest(v_ranks) with ordinality as key (rank, position)
  ), '[]');
end
$$;

comment on function waymark._py_order(jsonb, jsonb) is
  'The permutation that sorts an array of keys.';
-- file: functions/python/_py_order_numbers.sql
-- Compares two numbers by their exact values: -1, 0, 1; SQL null when one is nan.
-- Raises: WM502 for a Decimal nan, whose order Python refuses by a signal of its context.
create or replace function waymark._py_order_numbers(p_left jsonb, p_right jsonb) returns int
language plpgsql stable parallel safe
as $$
declare
  v_left numeric := waymark._py_number(p_left);
  v_right numeric := waymark._py_number(p_right);
begin
  if v_left = 'NaN' or v_right = 'NaN' then
    if p_left ->> '$' = 'decimal' or p_right ->> '$' = 'decimal' then
      perform waymark._refuse('order of a Decimal nan', 'Test for nan in an action.');
    end if;
    return null;
  end if;
  return sign(case when v_left = v_right then 0 when v_left > v_right then 1 else -1 end);
end
$$;

comment on function waymark._py_order_numbers(jsonb, jsonb) is
  'The order of two numbers: -1, 0, 1, or null when one is nan.';
-- file: functions/python/_py_order_times.sql
-- Compares two datetimes or two times: -1, 0, 1. Naive ones by their fields, aware ones by their instant (two of one zone by their fields too).
-- Mixed ones are unequal, and ordering them is a TypeError.
-- Raises: WM501 TypeError; WM502 for aware times, and for the equality of instants across zones, which needs the zone's own folds.
create or replace function waymark._py_order_times(p_left jsonb, p_right jsonb, p_equality boolean) returns int
language plpgsql stable parallel safe
as $$
declare
  v_left text := p_left ->> 'v';
  v_right text := p_right ->> 'v';
  v_kind text := p_left ->> '$';
begin
  if waymark._py_is_naive(p_left) <> waymark._py_is_naive(p_right) then
    if not p_equality then
      perform waymark._raise_python('TypeError', format('can''t compare offset-naive and offset-aware %ss', v_kind));
    end if;
    return 1;
  elsif waymark._py_is_naive(p_left) then
    return case when v_left collate "C" < v_right then -1 when v_left = v_right then 0 else 1 end;
  elsif v_kind = 'time' or length(v_left) > 32 or length(v_right) > 32 then
    perform waymark._refuse('comparison of times with a UTC offset', 'Compare datetimes.');
  elsif p_left ->> 'zone' = p_right ->> 'zone' then
    v_left := left(v_left, -6);
    v_right := left(v_right, -6);
    return case when v_left collate "C" < v_right then -1 when v_left = v_right then 0 else 1 end;
  elsif v_left::timestamptz = v_right::timestamptz then
    if p_equality and (p_left ? 'zone' or p_right ? 'zone') then
      perform waymark._refuse('equality of datetimes of two time zones', 'Compare them in UTC.');
    end if;
    return 0;
  end if;
  return case when v_left::timestamptz < v_right::timestamptz then -1 else 1 end;
end
$$;

comment on function waymark._py_order_times(jsonb, jsonb, boolean) is
  'The order of two datetimes or two times: -1, 0 or 1.';
-- file: functions/python/_py_pairs.sql
-- The items of a dict in insertion order, as an array of [key, value], whichever of its three encodings it has.
create or replace function waymark._py_pairs(p_dict jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_dict ->> '$' = 'dict' then
    return p_dict -> 'v';
  elsif p_dict ? '$' then
    return (
      select jsonb_agg(jsonb_build_array(entry.key, p_dict -> entry.key) order by entry.position)
      from jsonb_array_elements_text(p_dict -> '$') with ordinality as entry (key, position)
    );
  end if;
  return coalesce((select jsonb_agg(jsonb_build_array(entry.key, entry.value)) from jsonb_each(p_dict) as entry), '[]');
end
$$;

comment on function waymark._py_pairs(jsonb) is
  'The items of a dict in insertion order, as an array of [key, value].';
-- file: functions/python/_py_pick.sql
-- The first of the largest (p_sign = -1) or smallest (1) elements of an array that is not empty.
-- Raises: WM502 for elements that no one total order orders.
create or replace function waymark._py_pick(p_values jsonb, p_sign int) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_ranks int[];
begin
  if jsonb_array_length(p_values) = 1 then
    return p_values -> 0;
  elsif not jsonb_path_exists(p_values, 'strict $[*] ? (@.type() != "number")') then
    return (select each.value from jsonb_array_elements(p_values) with ordinality as each (value, position)
            order by p_sign * each.value::numeric, each.position limit 1);
  end if;
  v_ranks := waymark._py_ranks(p_values);
  if v_ranks is null then
    return waymark._py_inexact('the order');
  end if;
  return (select p_values -> (key.position - 1)::int from unnest(v_ranks) with ordinality as key (rank, position)
          order by p_sign * key.rank, key.position limit 1);
end
$$;

comment on function waymark._py_pick(jsonb, int) is
  'The first of the smallest or largest elements.';
-- file: functions/python/_py_position.sql
-- Where in an array of hashable values one equal to p_key is (from 0), as a set or dict would find it; SQL null when there is none.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark._py_position(p_keys jsonb, p_key jsonb) returns int
language plpgsql stable parallel safe
as $$
declare
  v_key jsonb := waymark._py_key(p_key);
  v_plain boolean := v_key ->> '$' is distinct from 'enum';
begin
  return (
    select entry.position - 1
    from jsonb_array_elements(p_keys) with ordinality as entry (key, position)
    where case
      when v_plain and jsonb_typeof(entry.key) = 'string' then entry.key = v_key
      when jsonb_typeof(p_key) = 'number' and jsonb_typeof(entry.key) = 'number' then entry.key = p_key
      else waymark._py_same_key(waymark._py_key(entry.key), v_key) end
    limit 1
  );
end
$$;

comment on function waymark._py_position(jsonb, jsonb) is
  'The position of a key in an array of keys, null when absent.';
-- file: functions/python/_py_power.sql
-- An int to a non-negative power, exactly, by squaring (numeric's own power() gives no such guarantee).
-- Raises: WM502 when the result has more digits than numeric holds.
create or replace function waymark._py_power(p_base numeric, p_exponent numeric) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_result numeric := 1;
  v_square numeric := p_base;
  v_rest bigint;
begin
  if abs(p_base) <= 1 then
    return case when p_exponent = 0 then 1 when mod(p_exponent, 2) = 0 then abs(p_base) else p_base end;
  elsif p_exponent > 500000 then
    perform waymark._refuse('an int of more than 131072 digits', 'Compute it in an action.');
  end if;
  v_rest := p_exponent;
  loop
    if v_rest & 1 = 1 then
      v_result := v_result * v_square;
    end if;
    v_rest := v_rest >> 1;
    exit when v_rest = 0;
    v_square := v_square * v_square;
  end loop;
  return v_result;
exception when numeric_value_out_of_range then
  perform waymark._refuse('an int of more than 131072 digits', 'Compute it in an action.');
  return null;
end
$$;

comment on function waymark._py_power(numeric, numeric) is
  'An integer to a non-negative integer power, exactly.';
-- file: functions/python/_py_range_length.sql
-- How many elements a range has.
create or replace function waymark._py_range_length(p_range jsonb) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_start numeric := (p_range #> '{v,0}')::numeric;
  v_stop numeric := (p_range #> '{v,1}')::numeric;
  v_step numeric := (p_range #> '{v,2}')::numeric;
begin
  return greatest(0, div(v_stop - v_start - sign(v_step), v_step) + 1)
    * case when (v_stop - v_start) * v_step > 0 then 1 else 0 end;
end
$$;

comment on function waymark._py_range_length(jsonb) is
  'The number of elements of a range.';
-- file: functions/python/_py_ranks.sql
-- The rank of each value of an array among them, equal values sharing one, as far as one total order orders them all: numbers, strings, dates,
-- times, and sequences of one length of such. SQL null when it does not, or the engine does not know.
create or replace function waymark._py_ranks(p_keys jsonb) returns int[]
language plpgsql stable parallel safe
as $$
declare
  v_kinds text[];
  v_kind text;
  v_width int;
  v_columns int[][];
  v_column int[];
begin
  select array_agg(distinct waymark._py_kind(key.value)) into v_kinds from jsonb_array_elements(p_keys) as key (value);
  v_kind := case when v_kinds <@ '{int,bool,float}' then 'number' when cardinality(v_kinds) = 1 then v_kinds[1] end;
  case
    when p_keys = '[]' then
      return '{}'::int[];
    when v_kind = 'number' then
      return (select case when bool_or(key.number = 'NaN') then null else array_agg(key.rank order by key.position) end from (
        select number.value, each.position, dense_rank() over (order by number.value)
        from jsonb_array_elements(p_keys) with ordinality as each (value, position)
        cross join lateral (
          select case jsonb_typeof(each.value) when 'number' then each.value::numeric else waymark._py_number(each.value) end
        ) as number (value)
      ) as key (number, position, rank));
    when v_kind = 'str' and not p_keys @> '[{"$": "str"}]' or v_kind in ('date', 'uuid') then
      return (select array_agg(key.rank order by key.position) from (
        select each.position, dense_rank() over (order by coalesce(each.value ->> 'v', each.value #>> '{}') collate "C")
        from jsonb_array_elements(p_keys) with ordinality as each (value, position)
      ) as key (position, rank));
    when v_kind in ('list', 'tuple') then
      p_keys := case v_kind when 'list' then p_keys else jsonb_path_query_array(p_keys, '$[*].v') end;
      v_width := jsonb_array_length(p_keys -> 0);
      if v_width = 0 or jsonb_path_exists(p_keys, 'strict $[*] ? (@.size() != $width)', jsonb_build_object('width', v_width)) then
        return null;
      end if;
      for v_place in 0 .. v_width - 1 loop
        v_column := waymark._py_ranks(jsonb_path_query_array(p_keys, 'strict $[*][$place]', jsonb_build_object('place', v_place)));
        if v_column is null then
          return null;
        end if;
        v_columns := v_columns || array[v_column];
      end loop;
      return (select array_agg(key.rank order by key.position) from (
        select each.position, dense_rank() over (order by array(select v_columns[place.i][each.position] from generate_series(1, v_width) as place (i)))
        from generate_series(1, jsonb_array_length(p_keys)) as each (position)
      ) as key (position, rank));
    when v_kind = 'datetime' and not exists (select from jsonb_array_elements(p_keys) as key (value) where not waymark._py_is_naive(key.value)) then
      return waymark._py_ranks(jsonb_path_query_array(p_keys, '$[*].v'));
    when v_kind = 'timedelta' then
      return waymark._py_ranks(jsonb_path_query_array(p_keys, '$[*].v'));
    else
      return null;
  end case;
end
$$;

comment on function waymark._py_ranks(jsonb) is
  'The rank of each of an array of values in Python''s order.';
-- file: functions/python/_py_repeat.sql
-- A sequence times an int.
-- Raises: WM501 TypeError, OverflowError; WM502 when the result has more than 1,000,000 elements, characters or bytes.
create or replace function waymark._py_repeat(p_kind text, p_sequence jsonb, p_count jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_count numeric := waymark._py_int(p_count);
  v_length int;
  v_items jsonb := case p_kind when 'list' then p_sequence when 'tuple' then p_sequence -> 'v' end;
begin
  if v_count is null then
    return waymark._raise_python('TypeError', format(
      'can''t multiply sequence by non-int of type ''%s''', waymark._py_type_name(p_count)));
  elsif v_count not between -9223372036854775808 and 9223372036854775807 then
    return waymark._raise_python('OverflowError', 'cannot fit ''int'' into an index-sized integer');
  end if;
  v_count := greatest(v_count, 0);
  v_length := case p_kind
    when 'str' then octet_length(waymark._py_to_utf8(p_sequence))
    when 'bytes' then octet_length(decode(p_sequence ->> 'v', 'base64'))
    else jsonb_array_length(v_items)
  end;
  if v_length * v_count > 1000000 then
    return waymark._refuse('a repetition of more than 1,000,000 elements', 'Build it in an action.');
  elsif v_length = 0 then
    return p_sequence;
  end if;
  case p_kind
    when 'str' then
      return waymark._py_from_utf8(decode(repeat(encode(waymark._py_to_utf8(p_sequence), 'hex'), v_count::int), 'hex'));
    when 'bytes' then
      return waymark._py_from_bytes(decode(repeat(encode(decode(p_sequence ->> 'v', 'base64'), 'hex'), v_count::int), 'hex'));
    else
      v_items := coalesce((
        select jsonb_agg(item.value order by repetition.i, item.position)
        from generate_series(1, v_count::int) as repetition (i), jsonb_array_elements(v_items) with ordinality as item (value, position)
      ), '[]');
      return case p_kind when 'list' then v_items else jsonb_build_object('$', 'tuple', 'v', v_items) end;
  end case;
end
$$;

comment on function waymark._py_repeat(text, jsonb, jsonb) is
  'A Python sequence repeated an int''s number of times.';
-- file: functions/python/_py_repr.sql
-- repr() of a value for an exception's message: for people, so what the engine does not know is shown in its encoding.
create or replace function waymark._py_repr(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb;
  v_item jsonb;
  v_parts text[] := array[]::text[];
begin
  case waymark._py_kind(p_value)
    when 'NoneType' then
      return 'None';
    when 'bool' then
      return initcap(p_value::text);
    when 'str' then
      return waymark._py_repr_string(p_value);
    when 'float' then
      return case jsonb_typeof(p_value) when 'number' then p_value::text else p_value ->> 'v' end;
    when 'range' then
      return format('range(%s, %s%s)', p_value #>> '{v,0}', p_value #>> '{v,1}',
        case when p_value #>> '{v,2}' <> '1' then ', ' || (p_value #>> '{v,2}') end);
    when 'uuid' then
      return format('UUID(''%s'')', p_value ->> 'v');
    when 'decimal' then
      return format('Decimal(''%s'')', p_value ->> 'v');
    when 'list', 'tuple' then
      v_items := case jsonb_typeof(p_value) when 'array' then p_value else p_value -> 'v' end;
      for v_item in select value from jsonb_array_elements(v_items) loop
        v_parts := v_parts || waymark._py_repr(v_item);
      end loop;
      return case when jsonb_typeof(p_value) = 'array' then '[' || array_to_string(v_parts, ', ') || ']'
        else '(' || array_to_string(v_parts, ', ') || case when cardinality(v_parts) = 1 then ',' else '' end || ')' end;
    when 'dict' then
      for v_item in select value from jsonb_array_elements(waymark._py_pairs(p_value)) loop
        v_parts := v_parts || (waymark._py_repr(v_item -> 0) || ': ' || waymark._py_repr(v_item -> 1));
      end loop;
      return '{' || array_to_string(v_parts, ', ') || '}';
    else
      return p_value::text;
  end case;
end
$$;

comment on function waymark._py_repr(jsonb) is
  'repr() of a value for an exception''s message.';
-- file: functions/python/_py_repr_exact.sql
-- repr() of a value, exactly. (_py_repr is for messages.) Beyond ASCII only characters stand as they are that are printable in every version of Unicode.
-- Raises: WM502 for what the engine cannot show as CPython does.
create or replace function waymark._py_repr_exact(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb;
  v_parts text[];
begin
  case waymark._py_kind(p_value)
    when 'NoneType' then
      return 'None';
    when 'bool' then
      return initcap(p_value::text);
    when 'int' then
      if length(p_value::text) < 4300 then
        return p_value::text;
      end if;
    when 'float' then
      return case jsonb_typeof(p_value) when 'number' then p_value::text else p_value ->> 'v' end;
    when 'str' then
      if jsonb_typeof(p_value) = 'string'
         and p_value #>> '{}' ~ '^[\x01-\x7f\u00a1-\u00ac\u00ae-\u0377\u0400-\u052f\u2010-\u2027\u2030-\u205e\u20ac\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fa5\uac00-\ud7a3]*$' then
        return waymark._py_repr_string(p_value);
      end if;
    when 'range', 'uuid', 'decimal' then
      return waymark._py_repr(p_value);
    when 'list', 'tuple', 'set', 'frozenset' then
      v_items := case jsonb_typeof(p_value) when 'array' then p_value else p_value -> 'v' end;
      select coalesce(array_agg(waymark._py_repr_exact(item.value) order by item.position), '{}')
        into v_parts from jsonb_array_elements(v_items) with ordinality as item (value, position);
      case p_value ->> '$'
        when 'tuple' then
          return '(' || array_to_string(v_parts, ', ') || case cardinality(v_parts) when 1 then ',)' else ')' end;
        when 'set', 'frozenset' then
          if cardinality(v_parts) < 2 then
            return case p_value ->> '$' when 'frozenset' then 'frozenset(' when 'set' then case v_items when '[]' then 'set(' else '' end end
              || case v_items when '[]' then '' else '{' || v_parts[1] || '}' end
              || case when p_value ->> '$' = 'frozenset' or v_items = '[]' then ')' else '' end;
          end if;
        else
          return '[' || array_to_string(v_parts, ', ') || ']';
      end case;
    when 'dict' then
      return (
        select '{' || coalesce(string_agg(waymark._py_repr_exact(item.value -> 0) || ': ' || waymark._py_repr_exact(item.value -> 1), ', '
          order by item.position), '') || '}'
        from jsonb_array_elements(waymark._py_pairs(p_value)) with ordinality as item (value, position));
    else
      null;
  end case;
  return waymark._py_inexact('repr');
end
$$;

comment on function waymark._py_repr_exact(jsonb) is
  'repr() of a value.';
-- file: functions/python/_py_repr_string.sql
-- repr() of a string for an exception's message. Control characters, separators and lone surrogates are escaped; the other characters beyond
-- ASCII stand as they are, also the few that Python's Unicode tables call unprintable.
create or replace function waymark._py_repr_string(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
declare
  v_quote text;
  v_character jsonb;
  v_code int;
  v_text text := '';
begin
  if jsonb_typeof(p_value) = 'string' and (p_value #>> '{}') ~ '^[^\\''\x01-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff]*$' then
    return '''' || (p_value #>> '{}') || '''';
  end if;
  v_quote := case when waymark.py_in('"''"', p_value) and not waymark.py_in('"\""', p_value) then '"' else '''' end;
  for v_character in select value from jsonb_array_elements(waymark._py_characters(p_value)) loop
    if jsonb_typeof(v_character) <> 'string' then
      v_code := case when v_character ->> 'v' = 'AA==' then 0 else
        ((get_byte(waymark._py_to_utf8(v_character), 0) & 15) << 12) + ((get_byte(waymark._py_to_utf8(v_character), 1) & 63) << 6)
        + (get_byte(waymark._py_to_utf8(v_character), 2) & 63) end;
    else
      v_code := ascii(v_character #>> '{}');
    end if;
    v_text := v_text || case
      when v_code in (92, ascii(v_quote)) then '\' || (v_character #>> '{}')
      when v_code = 9 then '\t'
      when v_code = 10 then '\n'
      when v_code = 13 then '\r'
      when v_code < 32 or v_code between 127 and 160 or v_code = 173 then '\x' || lpad(to_hex(v_code), 2, '0')
      when v_code between 55296 and 57343 or v_code between 8192 and 8207 or v_code between 8232 and 8239
        or v_code between 8288 and 8303 or v_code in (12288, 65279) then '\u' || lpad(to_hex(v_code), 4, '0')
      else v_character #>> '{}'
    end;
  end loop;
  return v_quote || v_text || v_quote;
end
$$;

comment on function waymark._py_repr_string(jsonb) is
  'repr() of a string for an exception''s message.';
-- file: functions/python/_py_round_half_even.sql
-- Rounds to p_digits decimals, a half to the even neighbour (numeric's own round goes away from zero).
create or replace function waymark._py_round_half_even(p_value numeric, p_digits int) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_rounded numeric := round(p_value, p_digits);
begin
  if 2 * abs(v_rounded - p_value) = ('1e' || - p_digits)::numeric and mod(v_rounded / ('1e' || - p_digits)::numeric, 2) <> 0 then
    return v_rounded - sign(p_value) * ('1e' || - p_digits)::numeric;
  end if;
  return v_rounded;
end
$$;

comment on function waymark._py_round_half_even(numeric, int) is
  'A number rounded to even at halves.';
-- file: functions/python/_py_same_key.sql
-- Whether two normalized keys are one. A member of an Enum that also derives from int or str equals its value, and its encoding does not
-- say whether it does.
-- Raises: WM502 for an Enum member beside its own value.
create or replace function waymark._py_same_key(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if p_left = p_right then
    return true;
  elsif (p_left ->> '$' = 'enum' or p_right ->> '$' = 'enum') and p_left ->> 'type' is distinct from p_right ->> 'type' then
    perform waymark._py_equal(p_left, p_right, true);
  end if;
  return false;
end
$$;

comment on function waymark._py_same_key(jsonb, jsonb) is
  'Whether two normalized keys are the same key.';
-- file: functions/python/_py_set_method.sql
-- The methods union, intersection, difference and symmetric_difference of sets, as the operators |, &, - and ^ with the set of each iterable.
-- Raises: WM502 for a receiver that is no set, and for arguments the engine cannot iterate.
create or replace function waymark._py_set_method(p_operator text, p_receiver jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_result jsonb := p_receiver;
begin
  if waymark._py_kind(p_receiver) not in ('set', 'frozenset') or p_operator = '^' and jsonb_array_length(p_args) <> 1 then
    return waymark._py_inexact('a method of sets');
  end if;
  for v_place in 0 .. jsonb_array_length(p_args) - 1 loop
    v_result := waymark._py_set_operation(p_operator, v_result, waymark._py_call_set(p_args -> v_place));
  end loop;
  return v_result;
end
$$;

comment on function waymark._py_set_method(text, jsonb, jsonb) is
  'The methods of sets that take iterables.';
-- file: functions/python/_py_set_of.sql
-- The set of an engine list's elements: of equal ones the first stays.
-- Raises: WM501 TypeError for an unhashable element; WM502 for elements whose equality the engine does not know.
create or replace function waymark._py_set_of(p_elements jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_path_exists(p_elements, 'strict $[*] ? (@.type() != "string" && @.type() != "number")') then
    perform waymark._py_position(p_elements, element.value)
    from jsonb_array_elements(p_elements) as element (value)
    where element.value ->> '$' = 'enum';
    return jsonb_build_object('$', 'set', 'v', (
      select jsonb_agg(member.value order by member.position)
      from (
        select (array_agg(element.value order by element.position))[1], min(element.position)
        from jsonb_array_elements(p_elements) with ordinality as element (value, position)
        group by waymark._py_key(element.value)
      ) as member (value, position)
    ));
  end if;
  return jsonb_build_object('$', 'set', 'v', coalesce((
    select jsonb_agg(member.value)
    from (
      select distinct on (element.value) element.value
      from jsonb_array_elements(p_elements) with ordinality as element (value, position)
      order by element.value, element.position
    ) as member
  ), '[]'));
end
$$;

comment on function waymark._py_set_of(jsonb) is
  'The Python set of an array of elements.';
-- file: functions/python/_py_set_operation.sql
-- The operators &, |, ^ and - of two sets; the result has the left one's type. Of equal elements that differ (1 and 1.0) CPython keeps the same one:
-- the left's in a union, in an intersection that of the smaller set, the right's when they are as large.
-- Raises: WM502 for elements whose equality the engine does not know.
create or replace function waymark._py_set_operation(p_operator text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left jsonb := p_left -> 'v';
  v_right jsonb := p_right -> 'v';
  v_elements jsonb;
begin
  case p_operator
    when '|' then
      v_elements := v_left || waymark._py_filter(v_right, v_left, false);
    when '-' then
      v_elements := waymark._py_filter(v_left, v_right, false);
    when '^' then
      v_elements := waymark._py_filter(v_left, v_right, false) || waymark._py_filter(v_right, v_left, false);
    else
      v_elements := case when jsonb_array_length(v_right) > jsonb_array_length(v_left)
        then waymark._py_filter(v_left, v_right, true) else waymark._py_filter(v_right, v_left, true) end;
  end case;
  return jsonb_build_object('$', p_left -> '$', 'v', v_elements);
end
$$;

comment on function waymark._py_set_operation(text, jsonb, jsonb) is
  'Union, difference, symmetric difference or intersection of two Python sets.';
-- file: functions/python/_py_slice_text.sql
-- The p_count characters of a plain string, or bytes, that stand at p_start and every p_step-th place from there on.
create or replace function waymark._py_slice_text(p_kind text, p_object jsonb, p_start int, p_count int, p_step numeric) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_bytes bytea := case p_kind when 'bytes' then decode(p_object ->> 'v', 'base64') end;
  v_characters text[];
begin
  if p_step = 1 and p_kind = 'str' then
    return to_jsonb(substr(p_object #>> '{}', p_start + 1, p_count));
  elsif p_step = 1 then
    return waymark._py_from_bytes(substr(v_bytes, p_start + 1, p_count));
  elsif p_kind = 'str' then
    v_characters := string_to_array(p_object #>> '{}', null);
    return to_jsonb(coalesce((
      select string_agg(v_characters[(p_start + place.i * p_step)::int + 1], '' order by place.i)
      from generate_series(0, p_count - 1) as place (i)), ''));
  end if;
  return waymark._py_from_bytes(coalesce((
    select string_agg(substr(v_bytes, (p_start + place.i * p_step)::int + 1, 1), '' order by place.i)
    from generate_series(0, p_count - 1) as place (i)), ''));
end
$$;

comment on function waymark._py_slice_text(text, jsonb, int, int, numeric) is
  'A slice of a string or of bytes.';
-- file: functions/python/_py_sort.sql
-- The elements of a list in the order of their keys, equal keys in the order of the list, also in reverse.
-- Raises: WM502 for keys that no one total order orders.
create or replace function waymark._py_sort(p_items jsonb, p_keys jsonb, p_reverse jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return coalesce((
    select jsonb_agg(p_items -> place.i::int order by place.position)
    from jsonb_array_elements_text(waymark._py_order(p_keys, p_reverse)) with ordinality as place (i, position)
  ), '[]');
end
$$;

comment on function waymark._py_sort(jsonb, jsonb, jsonb) is
  'A list in the order of its keys.';
-- file: functions/python/_py_spaces.sql
-- The characters that str.strip() and str.split() take for white space: the same in every version of Unicode since 6.3.
create or replace function waymark._py_spaces() returns text
language plpgsql stable parallel safe
as $$
begin
  return E'\t\n\x0b\f\r\x1c\x1d\x1e\x1f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';
end
$$;

comment on function waymark._py_spaces() is
  'The characters that Python takes for white space.';
-- file: functions/python/_py_split.sql
-- The parts of a string between separators; SQL null as the separator splits at runs of white space, which do not stand at the ends.
create or replace function waymark._py_split(p_text text, p_separator text) returns text[]
language plpgsql stable parallel safe
as $$
begin
  if p_separator is null then
    p_text := btrim(p_text, waymark._py_spaces());
    return case p_text when '' then '{}' else regexp_split_to_array(p_text, '[' || waymark._py_spaces() || ']+') end;
  end if;
  return case p_text when '' then '{""}' else string_to_array(p_text, p_separator) end;
end
$$;

comment on function waymark._py_split(text, text) is
  'The parts of a string between separators.';
-- file: functions/python/_py_text.sql
-- str() of a value for an exception's message: for people, so what the engine does not know is shown in its encoding.
create or replace function waymark._py_text(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
begin
  return case
    when jsonb_typeof(p_value) = 'string' then p_value #>> '{}'
    when waymark._py_kind(p_value) = 'exception' then p_value ->> 'message'
    when waymark._py_kind(p_value) in ('uuid', 'decimal', 'path', 'date', 'time') then p_value ->> 'v'
    when waymark._py_kind(p_value) = 'datetime' then replace(p_value ->> 'v', 'T', ' ')
    else waymark._py_repr(p_value)
  end;
end
$$;

comment on function waymark._py_text(jsonb) is
  'str() of a value for an exception''s message.';
-- file: functions/python/_py_text_exact.sql
-- str() of a value, exactly. (_py_text is for messages.)
-- Raises: WM502 for types whose str() the engine does not know, and for ints too long for str().
create or replace function waymark._py_text_exact(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
begin
  case waymark._py_kind(p_value)
    when 'str' then
      if jsonb_typeof(p_value) = 'string' then
        return p_value #>> '{}';
      end if;
    when 'date', 'time', 'uuid', 'decimal' then
      return p_value ->> 'v';
    when 'datetime' then
      return overlay(p_value ->> 'v' placing ' ' from 11);
    when 'exception' then
      if p_value ->> 'type' in ('Exception', 'ValueError', 'TypeError', 'RuntimeError', 'AssertionError', 'LookupError', 'IndexError', 'ArithmeticError',
         'ZeroDivisionError', 'NotImplementedError', 'TimeoutError') and jsonb_array_length(p_value -> 'args') < 2 then
        return case p_value -> 'args' when '[]' then '' else waymark._py_text_exact(p_value -> 'args' -> 0) end;
      end if;
    else
      return waymark._py_repr_exact(p_value);
  end case;
  return waymark._py_inexact('str');
end
$$;

comment on function waymark._py_text_exact(jsonb) is
  'str() of a value.';
-- file: functions/python/_py_time_field.sql
-- A data attribute of a datetime, date or time, read off its ISO form; SQL null for any other name.
create or replace function waymark._py_time_field(p_value jsonb, p_name text) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_date text := case when p_value ->> '$' <> 'time' then left(p_value ->> 'v', 10) end;
  v_time text := case p_value ->> '$' when 'datetime' then substr(p_value ->> 'v', 12) when 'time' then p_value ->> 'v' end;
begin
  return to_jsonb(case p_name
    when 'year' then substr(v_date, 1, 4)::int
    when 'month' then substr(v_date, 6, 2)::int
    when 'day' then substr(v_date, 9, 2)::int
    when 'hour' then substr(v_time, 1, 2)::int
    when 'minute' then substr(v_time, 4, 2)::int
    when 'second' then substr(v_time, 7, 2)::int
    when 'microsecond' then case when v_time is not null then coalesce(substring(v_time from '^.{8}\.([0-9]{6})'), '0')::int end
    when 'fold' then case when v_time is not null then coalesce((p_value ->> 'fold')::int, 0) end
  end);
end
$$;

comment on function waymark._py_time_field(jsonb, text) is
  'A data attribute of a datetime, date or time.';
-- file: functions/python/_py_to_float.sql
-- An int, bool or float as the nearest double; SQL null for every other value.
-- Raises: WM501 OverflowError for an int beyond the doubles.
create or replace function waymark._py_to_float(p_value jsonb) returns float8
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'number' then
      if abs(p_value::numeric) < 1e300 then
        return p_value::numeric::float8;
      end if;
      begin
        return p_value::numeric::float8;
      exception when numeric_value_out_of_range then
        perform waymark._raise_python('OverflowError', 'int too large to convert to float');
      end;
    when 'boolean' then
      return p_value::boolean::int;
    when 'object' then
      return case when p_value ->> '$' = 'float' then (p_value ->> 'v')::float8 end;
    else
      null;
  end case;
  return null;
end
$$;

comment on function waymark._py_to_float(jsonb) is
  'An encoded number as a double, null for what is not a number.';
-- file: functions/python/_py_to_utf8.sql
-- The UTF-8 bytes of a string; a lone surrogate is written as its three bytes (Python's surrogatepass), so bytes order as code points do.
create or replace function waymark._py_to_utf8(p_value jsonb) returns bytea
language plpgsql stable parallel safe
as $$
begin
  return case jsonb_typeof(p_value) when 'string' then convert_to(p_value #>> '{}', 'UTF8') else decode(p_value ->> 'v', 'base64') end;
end
$$;

comment on function waymark._py_to_utf8(jsonb) is
  'The UTF-8 bytes of an encoded string, lone surrogates included.';
-- file: functions/python/_py_type_name.sql
-- The name of a value's type as CPython's own error messages give it.
create or replace function waymark._py_type_name(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
begin
  return case
    when v_kind in ('datetime', 'date', 'time', 'timedelta', 'timezone') then 'datetime.' || v_kind
    when v_kind = 'zone' then 'zoneinfo.ZoneInfo'
    when v_kind = 'decimal' then 'decimal.Decimal'
    when v_kind = 'uuid' then 'UUID'
    when v_kind in ('enum', 'exception', 'path') then regexp_replace(p_value ->> 'type', '^.*[:.]', '')
    when v_kind = 'object' then regexp_replace(p_value ->> '$', '^.*[:.]', '')
    else v_kind
  end;
end
$$;

comment on function waymark._py_type_name(jsonb) is
  'The type name that CPython''s error messages give for a value.';
-- file: functions/python/_py_unordered.sql
-- The end of every ordering operator: no builtin rule orders these operands; never returns.
-- Raises: WM501 TypeError as CPython words it; WM502 when a user's class or an uncovered type might define the order.
create or replace function waymark._py_unordered(p_operator text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_is_open(p_left) or waymark._py_is_open(p_right) then
    return waymark._py_unsupported(p_operator, p_left, p_right);
  end if;
  return waymark._raise_python('TypeError', format(
    '''%s'' not supported between instances of ''%s'' and ''%s''',
    p_operator, waymark._py_type_name(p_left), waymark._py_type_name(p_right)));
end
$$;

comment on function waymark._py_unordered(text, jsonb, jsonb) is
  'Raises the TypeError of an ordering operator that does not support its operands.';
-- file: functions/python/_py_unsupported.sql
-- The end of every binary operator: no builtin rule applies to these operands.
-- Raises: WM501 TypeError as CPython words it; WM502 when a user's class or an uncovered type might define the operator.
create or replace function waymark._py_unsupported(p_operator text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_is_open(p_left) or waymark._py_is_open(p_right) then
    return waymark._refuse(
      format('%s %s %s', waymark._py_type_name(p_left), p_operator, waymark._py_type_name(p_right)),
      'Compute it in an action.');
  end if;
  return waymark._raise_python('TypeError', format(
    'unsupported operand type(s) for %s: ''%s'' and ''%s''',
    p_operator, waymark._py_type_name(p_left), waymark._py_type_name(p_right)));
end
$$;

comment on function waymark._py_unsupported(text, jsonb, jsonb) is
  'Raises the TypeError of a binary operator that does not support its operands.';
-- file: functions/python/_py_unsupported_unary.sql
-- The end of every operator with one operand: no builtin rule applies to it.
-- Raises: WM501 TypeError as CPython words it; WM502 when a user's class or an uncovered type might define the operator.
create or replace function waymark._py_unsupported_unary(p_operator text, p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_is_open(p_value) then
    return waymark._refuse(format('%s %s', p_operator, waymark._py_type_name(p_value)), 'Compute it in an action.');
  end if;
  return waymark._raise_python('TypeError', format('bad operand type for unary %s: ''%s''', p_operator, waymark._py_type_name(p_value)));
end
$$;

comment on function waymark._py_unsupported_unary(text, jsonb) is
  'Raises the TypeError of a unary operator that does not support its operand.';
-- file: functions/python/builtins/_py_call_abs.sql
-- The function abs.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_abs(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_value) is not null then
    return to_jsonb(abs(waymark._py_int(p_value)));
  elsif waymark._py_to_float(p_value) is not null then
    return waymark._py_from_float(abs(waymark._py_to_float(p_value)));
  end if;
  return waymark._py_inexact('abs()');
end
$$;

comment on function waymark._py_call_abs(jsonb) is
  'The Python abs(value).';
-- file: functions/python/builtins/_py_call_all.sql
-- The function all.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_all(p_iterable jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_item jsonb;
begin
  for v_item in select item.value from jsonb_array_elements(waymark.py_spread(p_iterable, 'null')) as item (value) loop
    if waymark.py_truth(v_item) = false then
      return 'false'::jsonb;
    end if;
  end loop;
  return 'true'::jsonb;
end
$$;

comment on function waymark._py_call_all(jsonb) is
  'The Python all(iterable).';
-- file: functions/python/builtins/_py_call_any.sql
-- The function any.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_any(p_iterable jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_item jsonb;
begin
  for v_item in select item.value from jsonb_array_elements(waymark.py_spread(p_iterable, 'null')) as item (value) loop
    if waymark.py_truth(v_item) = true then
      return 'true'::jsonb;
    end if;
  end loop;
  return 'false'::jsonb;
end
$$;

comment on function waymark._py_call_any(jsonb) is
  'The Python any(iterable).';
-- file: functions/python/builtins/_py_call_ascii.sql
-- The function ascii.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_ascii(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if octet_length(waymark._py_repr_exact(p_value)) = length(waymark._py_repr_exact(p_value)) then
    return to_jsonb(waymark._py_repr_exact(p_value));
  end if;
  return waymark._py_inexact('ascii()');
end
$$;

comment on function waymark._py_call_ascii(jsonb) is
  'The Python ascii(value).';
-- file: functions/python/builtins/_py_call_bin.sql
-- The function bin.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_bin(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if abs(waymark._py_int(p_value)) < 9223372036854775808 then
    return to_jsonb(case when waymark._py_int(p_value) < 0 then '-0b' else '0b' end
      || waymark._py_in_base(abs(waymark._py_int(p_value))::bigint, 1));
  end if;
  return waymark._py_inexact('bin()');
end
$$;

comment on function waymark._py_call_bin(jsonb) is
  'The Python bin(value).';
-- file: functions/python/builtins/_py_call_bool.sql
-- The function bool.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_bool(p_value jsonb default 'false') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(waymark.py_truth(p_value));
end
$$;

comment on function waymark._py_call_bool(jsonb) is
  'The Python bool(value).';
-- file: functions/python/builtins/_py_call_chr.sql
-- The function chr.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_chr(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_value) between 1 and 1114111 and waymark._py_int(p_value) not between 55296 and 57343 then
    return to_jsonb(chr(waymark._py_int(p_value)::int));
  end if;
  return waymark._py_inexact('chr()');
end
$$;

comment on function waymark._py_call_chr(jsonb) is
  'The Python chr(code).';
-- file: functions/python/builtins/_py_call_datetime_date.sql
-- The class date.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_datetime_date(p_year jsonb, p_month jsonb, p_day jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_year) between 1 and 9999 and waymark._py_int(p_month) between 1 and 12 and waymark._py_int(p_day) between 1 and 31 then
    return jsonb_build_object('$', 'date', 'v', to_char(
      make_date(waymark._py_int(p_year)::int, waymark._py_int(p_month)::int, waymark._py_int(p_day)::int), 'YYYY-MM-DD'));
  end if;
  return waymark._py_inexact('date()');
exception when datetime_field_overflow then
  return waymark._py_inexact('date()');
end
$$;

comment on function waymark._py_call_datetime_date(jsonb, jsonb, jsonb) is
  'The Python date(year, month, day).';
-- file: functions/python/builtins/_py_call_datetime_datetime_now.sql
-- datetime.now(UTC), by the engine's clock. Of other time zones, the local one of a worker among them, CPython knows the rules.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_datetime_datetime_now(p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql volatile parallel safe
as $$
declare
  c_utc constant jsonb := jsonb '{"$": "timezone", "v": [0, 0, 0]}';
  v_now timestamp;
begin
  if (p_args, p_kwargs) not in ((jsonb_build_array(c_utc), jsonb '{}'), (jsonb '[]', jsonb_build_object('tz', c_utc))) then
    return waymark._py_inexact('datetime.now()');
  end if;
  v_now := waymark._now() at time zone 'UTC';
  return jsonb_build_object('$', 'datetime', 'v', to_char(v_now, 'YYYY-MM-DD"T"HH24:MI:SS')
    || case when extract(microseconds from v_now)::int % 1000000 <> 0 then to_char(v_now, '.US') else '' end || '+00:00');
end
$$;

comment on function waymark._py_call_datetime_datetime_now(jsonb, jsonb) is
  'The Python datetime.now(UTC).';
-- file: functions/python/builtins/_py_call_datetime_timedelta.sql
-- The class timedelta, of ints.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_datetime_timedelta(p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_names constant text[] := array['days', 'seconds', 'microseconds', 'milliseconds', 'minutes', 'hours', 'weeks'];
  v_units constant numeric[] := array[86400000000, 1000000, 1, 1000, 60000000, 3600000000, 604800000000];
  v_value jsonb;
  v_sum numeric := 0;
begin
  if p_kwargs - v_names - '$' <> '{}' or jsonb_array_length(p_args) > 7 then
    return waymark._py_inexact('timedelta()');
  end if;
  for v_place in 1 .. 7 loop
    v_value := coalesce(p_args -> (v_place - 1), p_kwargs -> v_names[v_place], '0');
    if p_args -> (v_place - 1) is not null and p_kwargs ? v_names[v_place] or waymark._py_int(v_value) is null then
      return waymark._py_inexact('timedelta()');
    end if;
    v_sum := v_sum + v_units[v_place] * waymark._py_int(v_value);
  end loop;
  return waymark._py_timedelta(v_sum);
end
$$;

comment on function waymark._py_call_datetime_timedelta(jsonb, jsonb) is
  'The Python timedelta(…).';
-- file: functions/python/builtins/_py_call_decimal_decimal.sql
-- The class Decimal: of an int, a Decimal, or a string of digits.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_decimal_decimal(p_value jsonb default '0') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_value);
  v_number numeric;
begin
  if waymark._py_kind(p_value) = 'decimal' then
    return p_value;
  elsif v_text ~ '^[-+]?[0-9]{1,100}(\.[0-9]{1,100})?$' and v_text !~ '^-[0.]+$' then
    v_number := v_text::numeric;
  else
    v_number := waymark._py_int(p_value);
  end if;
  if v_number is null or abs(v_number) < 0.000001 and (v_number <> 0 or scale(v_number) > 6) then
    return waymark._py_inexact('Decimal()');
  end if;
  return jsonb_build_object('$', 'decimal', 'v', v_number::text);
end
$$;

comment on function waymark._py_call_decimal_decimal(jsonb) is
  'The Python Decimal(value).';
-- file: functions/python/builtins/_py_call_dict.sql
-- The function dict.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_dict(p_items jsonb default '{}', p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_pairs jsonb;
  v_dict jsonb;
begin
  if waymark._py_kind(p_items) = 'dict' then
    return waymark.py_merge(p_items, p_kwargs, 'null');
  end if;
  v_pairs := waymark.py_spread(p_items, 'null');
  if jsonb_array_length(jsonb_path_query_array(v_pairs, 'strict $[*] ? (@."$" == "tuple" && @.v.size() == 2)')) = jsonb_array_length(v_pairs) then
    return waymark.py_merge(waymark.py_dict(jsonb_path_query_array(v_pairs, 'strict $[*].v')), p_kwargs, 'null');
  elsif exists (select from jsonb_array_elements(v_pairs) as pair (value)
             where waymark._py_kind(pair.value) not in ('list', 'tuple') or waymark._py_length(pair.value) <> 2) then
    return waymark._py_inexact('dict()');
  end if;
  v_dict := waymark.py_dict(coalesce((
    select jsonb_agg(case jsonb_typeof(pair.value) when 'array' then pair.value else pair.value -> 'v' end order by pair.position)
    from jsonb_array_elements(v_pairs) with ordinality as pair (value, position)), '[]'));
  return waymark.py_merge(v_dict, p_kwargs, 'null');
end
$$;

comment on function waymark._py_call_dict(jsonb, jsonb) is
  'The Python dict(items, **kwargs).';
-- file: functions/python/builtins/_py_call_dict_fromkeys.sql
-- The function dict.fromkeys.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_dict_fromkeys(p_keys jsonb, p_value jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark.py_dict(coalesce((
    select jsonb_agg(jsonb_build_array(key.value, p_value) order by key.position)
    from jsonb_array_elements(waymark.py_spread(p_keys, 'null')) with ordinality as key (value, position)), '[]'));
end
$$;

comment on function waymark._py_call_dict_fromkeys(jsonb, jsonb) is
  'The Python dict.fromkeys(keys, value).';
-- file: functions/python/builtins/_py_call_divmod.sql
-- The function divmod.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_divmod(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_left) in ('int', 'bool', 'float') and waymark._py_kind(p_right) in ('int', 'bool', 'float') and waymark.py_truth(p_right) then
    return jsonb_build_object('$', 'tuple', 'v', jsonb_build_array(waymark.py_floordiv(p_left, p_right), waymark.py_mod(p_left, p_right)));
  end if;
  return waymark._py_inexact('divmod()');
end
$$;

comment on function waymark._py_call_divmod(jsonb, jsonb) is
  'The Python divmod(left, right).';
-- file: functions/python/builtins/_py_call_enumerate.sql
-- The function enumerate.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_enumerate(p_iterable jsonb, p_start jsonb default '0', p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_start numeric := waymark._py_int(coalesce(p_kwargs -> 'start', p_start));
begin
  if v_start is null or p_kwargs - 'start' <> '{}' or p_kwargs <> '{}' and p_start <> '0' then
    return waymark._py_inexact('enumerate()');
  end if;
  return waymark._py_iterator(coalesce((
    select jsonb_agg(jsonb_build_object('$', 'tuple', 'v', jsonb_build_array(v_start + item.position - 1, item.value)) order by item.position)
    from jsonb_array_elements(waymark.py_spread(p_iterable, 'null')) with ordinality as item (value, position)), '[]'));
end
$$;

comment on function waymark._py_call_enumerate(jsonb, jsonb, jsonb) is
  'The Python enumerate(iterable, start).';
-- file: functions/python/builtins/_py_call_float.sql
-- The function float: numbers and strings of ASCII digits.
-- Raises: WM501 ValueError, OverflowError.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_float(p_value jsonb default '0.0') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text;
begin
  v_text := waymark._py_ascii(p_value);
  if v_text ~ '^[ \t\n\x0b\f\r]*[-+]?([0-9]+(_[0-9]+)*\.?|\.[0-9])([0-9]+(_[0-9]+)*)?([eE][-+]?[0-9]{1,9})?[ \t\n\x0b\f\r]*$' then
    begin
      return waymark._py_from_float(translate(v_text, E'_+ \t\n\x0b\f\r', '')::float8);
    exception when numeric_value_out_of_range or invalid_text_representation then
      return waymark._py_inexact('float()');
    end;
  elsif v_text ~ '^[ -~]{0,100}$' and v_text !~* '[0-9]|inf|nan' then
    return waymark._raise_python('ValueError', 'could not convert string to float: ' || waymark._py_repr_string(p_value));
  elsif waymark._py_kind(p_value) in ('int', 'bool', 'float') then
    return waymark._py_from_float(waymark._py_to_float(p_value));
  end if;
  return waymark._py_inexact('float()');
end
$$;

comment on function waymark._py_call_float(jsonb) is
  'The Python float(value).';
-- file: functions/python/builtins/_py_call_format.sql
-- The function format, which f-strings call.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_format(p_value jsonb, p_spec jsonb default '""') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_spec) = 'string' then
    return to_jsonb(waymark._py_format(p_value, p_spec #>> '{}'));
  end if;
  return waymark._py_inexact('format()');
end
$$;

comment on function waymark._py_call_format(jsonb, jsonb) is
  'The Python format(value, spec).';
-- file: functions/python/builtins/_py_call_frozenset.sql
-- The function frozenset.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_frozenset(p_iterable jsonb default '[]') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_iterable) in ('set', 'frozenset') then
    return p_iterable || '{"$": "frozenset"}';
  end if;
  return waymark._py_set_of(waymark.py_spread(p_iterable, 'null')) || '{"$": "frozenset"}';
end
$$;

comment on function waymark._py_call_frozenset(jsonb) is
  'The Python frozenset(iterable).';
-- file: functions/python/builtins/_py_call_hex.sql
-- The function hex.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_hex(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if abs(waymark._py_int(p_value)) < 9223372036854775808 then
    return to_jsonb(case when waymark._py_int(p_value) < 0 then '-0x' else '0x' end
      || waymark._py_in_base(abs(waymark._py_int(p_value))::bigint, 4));
  end if;
  return waymark._py_inexact('hex()');
end
$$;

comment on function waymark._py_call_hex(jsonb) is
  'The Python hex(value).';
-- file: functions/python/builtins/_py_call_int.sql
-- The function int with one argument: ints, floats cut off, strings of ASCII digits.
-- Raises: WM501 ValueError.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_int(p_value jsonb default '0') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_number numeric;
  v_text text;
begin
  case waymark._py_kind(p_value)
    when 'int', 'bool' then
      return to_jsonb(waymark._py_int(p_value));
    when 'float' then
      v_number := waymark._py_number(p_value);
      if v_number not in ('NaN', 'Infinity', '-Infinity') then
        return to_jsonb(trunc(v_number));
      end if;
    when 'str' then
      v_text := waymark._py_ascii(p_value);
      if v_text ~ '^[ \t\n\x0b\f\r]*[-+]?[0-9]+(_[0-9]+)*[ \t\n\x0b\f\r]*$' and length(v_text) < 4300 then
        return to_jsonb(translate(v_text, E'_+ \t\n\x0b\f\r', '')::numeric);
      elsif v_text ~ '^[ -~]{0,100}$' then
        return waymark._raise_python('ValueError', 'invalid literal for int() with base 10: ' || waymark._py_repr_string(p_value));
      end if;
    else
      null;
  end case;
  return waymark._py_inexact('int()');
end
$$;

comment on function waymark._py_call_int(jsonb) is
  'The Python int(value).';
-- file: functions/python/builtins/_py_call_isinstance.sql
-- The function isinstance: classes are callables (docs/internals/ir.md), one or a tuple.
-- Exceptions carry their classes; another instance of a user's class may be one of any class but an exception.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_isinstance(p_value jsonb, p_classes jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_names jsonb := case p_classes ->> '$' when 'tuple' then p_classes -> 'v' else jsonb_build_array(p_classes) end;
  v_known constant jsonb := '["bool", "int", "float", "str", "list", "dict", "tuple", "set", "frozenset", "bytes", "range", "slice", "type",
    "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "uuid.UUID", "decimal.Decimal"]'::jsonb;
  v_bases jsonb := case v_kind
    when 'bool' then '["bool", "int", "object"]'
    when 'datetime' then '["datetime.datetime", "datetime.date", "object"]'
    when 'date' then '["datetime.date", "object"]'
    when 'time' then '["datetime.time", "object"]'
    when 'timedelta' then '["datetime.timedelta", "object"]'
    when 'uuid' then '["uuid.UUID", "object"]'
    when 'decimal' then '["decimal.Decimal", "object"]'
    when 'exception' then p_value -> 'mro'
    when 'object' then jsonb_build_array(p_value -> '$', 'object')
    when 'callable' then '[]'
    else jsonb_build_array(v_kind, 'object')
  end;
begin
  if v_kind in ('class', 'complex', 'ellipsis') or jsonb_path_exists(v_names, 'strict $[*] ? (@.type() != "object")') or not v_names @> '[{"$": "callable"}]' then
    return waymark._py_inexact('isinstance()');
  end if;
  v_names := jsonb_path_query_array(v_names, '$[*].v');
  if v_bases ?| array(select name.value from jsonb_array_elements_text(v_names) as name (value)) then
    return 'true'::jsonb;
  elsif v_kind = 'exception' or not exists (
      select from jsonb_array_elements_text(v_names) as name (value) where waymark._builtin_mro(name.value) is null) then
    return 'false'::jsonb;
  elsif v_kind in ('object', 'enum', 'path', 'opaque', 'callable', 'iterator') or not v_known @> v_names then
    return waymark._py_inexact('isinstance()');
  end if;
  return 'false'::jsonb;
end
$$;

comment on function waymark._py_call_isinstance(jsonb, jsonb) is
  'The Python isinstance(value, classes).';
-- file: functions/python/builtins/_py_call_len.sql
-- The function len.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_len(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_length(p_value) < 9223372036854775808 then
    return to_jsonb(waymark._py_length(p_value));
  end if;
  return waymark._py_inexact('len()');
end
$$;

comment on function waymark._py_call_len(jsonb) is
  'The Python len(value).';
-- file: functions/python/builtins/_py_call_list.sql
-- The function list.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_list(p_iterable jsonb default '[]') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark.py_spread(p_iterable, 'null');
end
$$;

comment on function waymark._py_call_list(jsonb) is
  'The Python list(iterable).';
-- file: functions/python/builtins/_py_call_max.sql
-- The function max.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_max(p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_extreme('max()', -1, p_args, p_kwargs);
end
$$;

comment on function waymark._py_call_max(jsonb, jsonb) is
  'The Python max(…).';
-- file: functions/python/builtins/_py_call_min.sql
-- The function min.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_min(p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_extreme('min()', 1, p_args, p_kwargs);
end
$$;

comment on function waymark._py_call_min(jsonb, jsonb) is
  'The Python min(…).';
-- file: functions/python/builtins/_py_call_oct.sql
-- The function oct.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_oct(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if abs(waymark._py_int(p_value)) < 9223372036854775808 then
    return to_jsonb(case when waymark._py_int(p_value) < 0 then '-0o' else '0o' end
      || waymark._py_in_base(abs(waymark._py_int(p_value))::bigint, 3));
  end if;
  return waymark._py_inexact('oct()');
end
$$;

comment on function waymark._py_call_oct(jsonb) is
  'The Python oct(value).';
-- file: functions/python/builtins/_py_call_ord.sql
-- The function ord.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_ord(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_value) = 'string' and length(p_value #>> '{}') = 1 then
    return to_jsonb(ascii(p_value #>> '{}'));
  end if;
  return waymark._py_inexact('ord()');
end
$$;

comment on function waymark._py_call_ord(jsonb) is
  'The Python ord(character).';
-- file: functions/python/builtins/_py_call_pow.sql
-- The function pow.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_pow(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark.py_pow(p_left, p_right);
end
$$;

comment on function waymark._py_call_pow(jsonb, jsonb) is
  'The Python pow(left, right).';
-- file: functions/python/builtins/_py_call_range.sql
-- The function range.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_range(p_first jsonb, p_stop jsonb default null, p_step jsonb default '1') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark.py_range(case when p_stop is null then '0' else p_first end, coalesce(p_stop, p_first), p_step);
end
$$;

comment on function waymark._py_call_range(jsonb, jsonb, jsonb) is
  'The Python range(start, stop, step).';
-- file: functions/python/builtins/_py_call_repr.sql
-- The function repr.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_repr(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(waymark._py_repr_exact(p_value));
end
$$;

comment on function waymark._py_call_repr(jsonb) is
  'The Python repr(value).';
-- file: functions/python/builtins/_py_call_reversed.sql
-- The function reversed.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_reversed(p_sequence jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_sequence) not in ('list', 'tuple', 'str', 'bytes', 'range', 'dict') then
    return waymark._py_inexact('reversed()');
  end if;
  return waymark._py_iterator(coalesce((
    select jsonb_agg(item.value order by item.position desc)
    from jsonb_array_elements(waymark.py_list(p_sequence)) with ordinality as item (value, position)), '[]'));
end
$$;

comment on function waymark._py_call_reversed(jsonb) is
  'The Python reversed(sequence).';
-- file: functions/python/builtins/_py_call_round.sql
-- The function round: a half goes to the even neighbour, and what is halved is the exact value of the double.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_round(p_value jsonb, p_digits jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_digits numeric := waymark._py_int(p_digits);
  v_number numeric := case when waymark._py_kind(p_value) in ('int', 'bool', 'float') then waymark._py_number(p_value) end;
begin
  if waymark._py_int(p_value) is not null and (p_digits = 'null' or v_digits >= 0) then
    return to_jsonb(waymark._py_int(p_value));
  elsif v_number is null or v_number in ('NaN', 'Infinity', '-Infinity') or p_digits <> 'null' and v_digits is null
        or abs(v_digits) > 300 then
    return waymark._py_inexact('round()');
  elsif waymark._py_int(p_value) is not null then
    return to_jsonb(trunc(waymark._py_round_half_even(v_number, v_digits::int)));
  elsif p_digits = 'null' then
    return to_jsonb(waymark._py_round_half_even(v_number, 0));
  end if;
  v_number := waymark._py_round_half_even(v_number, v_digits::int);
  if abs(v_number) > 1e308 or v_number = 0 then
    return waymark._py_inexact('round()');
  end if;
  return waymark._py_from_float(v_number::float8);
end
$$;

comment on function waymark._py_call_round(jsonb, jsonb) is
  'The Python round(value, digits).';
-- file: functions/python/builtins/_py_call_set.sql
-- The function set.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_set(p_iterable jsonb default '[]') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_iterable) in ('set', 'frozenset') then
    return p_iterable || '{"$": "set"}';
  end if;
  return waymark._py_set_of(waymark.py_spread(p_iterable, 'null'));
end
$$;

comment on function waymark._py_call_set(jsonb) is
  'The Python set(iterable).';
-- file: functions/python/builtins/_py_call_sorted.sql
-- The function sorted without a key.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_sorted(p_iterable jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb := waymark.py_spread(p_iterable, 'null');
begin
  if p_kwargs - '{reverse,key,$}'::text[] <> '{}' or p_kwargs -> 'key' <> 'null' then
    return waymark._py_inexact('sorted()');
  elsif v_items <> '[]' and p_kwargs = '{}' and not jsonb_path_exists(v_items, 'strict $[*] ? (@.type() != "number")') then
    return (select jsonb_agg(item.value order by item.value::numeric, item.position)
            from jsonb_array_elements(v_items) with ordinality as item (value, position));
  elsif v_items <> '[]' and p_kwargs = '{}' and not jsonb_path_exists(v_items, 'strict $[*] ? (@.type() != "string")') then
    return (select jsonb_agg(item.value order by (item.value #>> '{}') collate "C") from jsonb_array_elements(v_items) as item (value));
  end if;
  return waymark._py_sort(v_items, v_items, coalesce(p_kwargs -> 'reverse', 'false'));
end
$$;

comment on function waymark._py_call_sorted(jsonb, jsonb) is
  'The Python sorted(iterable, reverse=…).';
-- file: functions/python/builtins/_py_call_str.sql
-- The function str.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_str(p_value jsonb default '""') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(waymark._py_text_exact(p_value));
end
$$;

comment on function waymark._py_call_str(jsonb) is
  'The Python str(value).';
-- file: functions/python/builtins/_py_call_sum.sql
-- The function sum of ints: how floats are summed depends on the version of Python.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_sum(p_iterable jsonb, p_start jsonb default '0') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb := waymark.py_spread(p_iterable, 'null');
  v_sum numeric;
  v_scale int;
begin
  if p_start = '0' and not jsonb_path_exists(v_items, 'strict $[*] ? (@.type() != "number")') then
    select coalesce(sum(item.value::numeric), 0), max(scale(item.value::numeric)) into v_sum, v_scale from jsonb_array_elements(v_items) as item (value);
    return case when v_scale > 0 then waymark._py_inexact('sum()') else to_jsonb(v_sum) end;
  elsif waymark._py_int(p_start) is null or jsonb_path_exists(v_items, 'strict $[*] ? (@.type() != "number" && @.type() != "boolean")')
     or exists (select from jsonb_array_elements(v_items) as item (value) where waymark._py_int(item.value) is null) then
    return waymark._py_inexact('sum()');
  elsif v_items = '[]' then
    return p_start;
  end if;
  return to_jsonb(waymark._py_int(p_start) + coalesce((
    select sum(waymark._py_int(item.value)) from jsonb_array_elements(v_items) as item (value)), 0));
exception when numeric_value_out_of_range then
  return waymark._py_inexact('sum()');
end
$$;

comment on function waymark._py_call_sum(jsonb, jsonb) is
  'The Python sum(iterable, start).';
-- file: functions/python/builtins/_py_call_time_time.sql
-- The function time.time, by the engine's clock.
create or replace function waymark._py_call_time_time() returns jsonb
language plpgsql volatile parallel safe
as $$
begin
  return waymark._py_from_float(extract(epoch from waymark._now())::float8);
end
$$;

comment on function waymark._py_call_time_time() is
  'The Python time.time().';
-- file: functions/python/builtins/_py_call_tuple.sql
-- The function tuple.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_tuple(p_iterable jsonb default '[]') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return jsonb_build_object('$', 'tuple', 'v', waymark.py_spread(p_iterable, 'null'));
end
$$;

comment on function waymark._py_call_tuple(jsonb) is
  'The Python tuple(iterable).';
-- file: functions/python/builtins/_py_call_type.sql
-- The class of a value: a builtin one, or the one that the encoding names.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_type(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
begin
  if v_kind not in ('NoneType', 'bool', 'int', 'float', 'complex', 'str', 'bytes', 'list', 'tuple', 'dict', 'set', 'frozenset', 'range', 'ellipsis', 'enum',
      'exception', 'object') then
    return waymark._py_inexact('type()');
  end if;
  return jsonb_build_object('$', 'class', 'v', case
    when v_kind in ('enum', 'exception') then p_value ->> 'type'
    when v_kind = 'object' then p_value ->> '$'
    else v_kind
  end);
end
$$;

comment on function waymark._py_call_type(jsonb) is
  'The Python type(value).';
-- file: functions/python/builtins/_py_call_zip.sql
-- The function zip.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_zip(p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_lists jsonb;
  v_length int;
  v_lengths int;
begin
  if p_kwargs not in ('{}', '{"strict": false}', '{"strict": true}') then
    return waymark._py_inexact('zip()');
  end if;
  select coalesce(jsonb_agg(waymark.py_spread(item.value, 'null') order by item.position), '[]')
    into v_lists from jsonb_array_elements(p_args) with ordinality as item (value, position);
  select count(distinct jsonb_array_length(list.value)), coalesce(min(jsonb_array_length(list.value)), 0)
    into v_lengths, v_length from jsonb_array_elements(v_lists) as list (value);
  if v_lengths > 1 and p_kwargs -> 'strict' = 'true' then
    return waymark._py_inexact('zip()');
  end if;
  if jsonb_array_length(v_lists) = 2 then
    return waymark._py_iterator(coalesce((
      select jsonb_agg(jsonb_build_object('$', 'tuple', 'v', jsonb_build_array(pair.first, pair.second)) order by pair.place)
      from rows from (jsonb_array_elements(v_lists -> 0), jsonb_array_elements(v_lists -> 1)) with ordinality as pair (first, second, place)
      where pair.place <= v_length), '[]'));
  end if;
  return waymark._py_iterator(coalesce((
    select jsonb_agg(jsonb_build_object('$', 'tuple', 'v', (
        select jsonb_agg(list.value -> place.i order by list.position) from jsonb_array_elements(v_lists) with ordinality as list (value, position)))
      order by place.i)
    from generate_series(0, v_length - 1) as place (i)), '[]'));
end
$$;

comment on function waymark._py_call_zip(jsonb, jsonb) is
  'The Python zip(…).';
-- file: functions/python/formats/_py_format.sql
-- format(value, spec) of bools, numbers and strings, in CPython's own mini-language; of other values only with an empty spec, which is str().
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_format(p_value jsonb, p_spec text) returns text
language plpgsql stable parallel safe
as $$
declare
  v_spec record;
  v_is_text constant boolean := jsonb_typeof(p_value) = 'string';
  v_sign text := '';
  v_text text;
begin
  if p_spec = '' then
    return waymark._py_text_exact(p_value);
  end if;
  v_spec := waymark._py_format_spec(p_spec);
  if v_spec.width is null then
    null;
  elsif v_is_text then
    if v_spec.sign || v_spec.separator = '' and not v_spec.is_alternate and coalesce(v_spec.align, '<') not in ('=', '0') and v_spec.presentation in ('', 's') then
      v_text := case when v_spec.digits is null then p_value #>> '{}' else left(p_value #>> '{}', v_spec.digits) end;
    end if;
  elsif v_spec.separator = '' or v_spec.presentation in ('', 'd', 'f', 'F', '%') and v_spec.fill is distinct from '0' then
    v_sign := case when p_value #>> '{}' ~ '^-' or p_value ->> 'v' ~ '^-' then '-' else ltrim(v_spec.sign, '-') end
      || case when not v_spec.is_alternate then '' when v_spec.presentation in ('b', 'o', 'x', 'X') then '0' || v_spec.presentation end;
    v_text := waymark._py_format_number(p_value, nullif(v_spec.presentation, ''), v_spec.digits);
    if v_spec.separator <> '' then
      v_text := regexp_replace(substring(v_text from '^[0-9]+'), '([0-9])(?=([0-9]{3})+$)', '\1' || v_spec.separator, 'g') || ltrim(v_text, '0123456789');
    end if;
  end if;
  if v_sign || v_text is null then
    perform waymark._py_inexact('format()');
  end if;
  return waymark._py_pad(v_sign, v_text, coalesce(v_spec.fill, ' '),
    coalesce(translate(v_spec.align, '0', '='), case when v_is_text then '<' else '>' end), v_spec.width);
end
$$;

comment on function waymark._py_format(jsonb, text) is
  'The Python format(value, spec).';
-- file: functions/python/formats/_py_format_field.sql
-- A replacement field of a format string: the value, converted (!r, !s) if it says so, in the format of its spec.
create or replace function waymark._py_format_field(p_value jsonb, p_conversion text, p_spec text) returns text
language plpgsql stable parallel safe
as $$
begin
  return case p_conversion
    when 'r' then waymark._py_format(to_jsonb(waymark._py_repr_exact(p_value)), p_spec)
    when 's' then waymark._py_format(to_jsonb(waymark._py_text_exact(p_value)), p_spec)
    else waymark._py_format(p_value, p_spec)
  end;
end
$$;

comment on function waymark._py_format_field(jsonb, text, text) is
  'A replacement field of a format string.';
-- file: functions/python/formats/_py_format_number.sql
-- The digits of a number without its sign, in a presentation type of format(): b, d, o, x, X of ints, f, F, % of any number (of a Decimal f with a
-- precision), none of ints and floats. Those of a double are of its exact value, a half rounded to even. SQL null for every other combination.
create or replace function waymark._py_format_number(p_value jsonb, p_type text, p_precision int) returns text
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_number numeric := case when v_kind in ('int', 'bool', 'float') or v_kind = 'decimal' and p_value ->> 'v' ~ '^-?[0-9]+(\.[0-9]+)?$'
    then abs(waymark._py_number(p_value)) end;
begin
  if v_number is null or v_number > 1e300 or v_kind = 'decimal' and (p_type is distinct from 'f' or p_precision is null) then
    return null;
  elsif p_type in ('f', 'F', '%') then
    if p_type = '%' then
      v_number := waymark._py_exact(100 * waymark._py_to_float(p_value));
    elsif v_kind <> 'decimal' then
      v_number := waymark._py_exact(waymark._py_to_float(p_value));
    end if;
    return waymark._py_round_half_even(abs(v_number), coalesce(p_precision, 6)) || case p_type when '%' then '%' else '' end;
  elsif p_precision is not null then
    return null;
  elsif v_kind = 'float' then
    return case when p_type is null then ltrim(waymark._py_repr_exact(p_value), '-') end;
  elsif p_type is null or p_type = 'd' then
    return v_number::text;
  elsif v_number > 9223372036854775807 then
    return null;
  end if;
  return case p_type
    when 'b' then waymark._py_in_base(v_number::bigint, 1)
    when 'o' then waymark._py_in_base(v_number::bigint, 3)
    when 'x' then waymark._py_in_base(v_number::bigint, 4)
    when 'X' then upper(waymark._py_in_base(v_number::bigint, 4))
  end;
end
$$;

comment on function waymark._py_format_number(jsonb, text, int) is
  'The digits of a number in a presentation type.';
-- file: functions/python/formats/_py_format_spec.sql
-- The parts of a format spec that the engine reads; all are SQL null for any other. Read character by character: captures of a regular expression cost
-- many times as much.
create or replace function waymark._py_format_spec(
  p_spec text, out fill text, out align text, out sign text, out is_alternate boolean, out width int, out separator text, out digits int, out presentation text)
language plpgsql stable parallel safe
as $$
declare
  v_rest text := p_spec;
begin
  if p_spec !~ '^(?:.?[<>=^])?[-+ ]?#?[0-9]{0,4}[,_]?(?:\.[0-9]{1,3})?[a-zA-Z%]?$' then
    return;
  elsif substr(v_rest, 2, 1) in ('<', '>', '=', '^') then
    fill := left(v_rest, 1);
    align := substr(v_rest, 2, 1);
    v_rest := substr(v_rest, 3);
  elsif left(v_rest, 1) in ('<', '>', '=', '^') then
    align := left(v_rest, 1);
    v_rest := substr(v_rest, 2);
  end if;
  sign := case when left(v_rest, 1) in ('-', '+', ' ') then left(v_rest, 1) else '' end;
  v_rest := substr(v_rest, 1 + length(sign));
  is_alternate := left(v_rest, 1) = '#';
  v_rest := ltrim(v_rest, '#');
  if left(v_rest, 1) = '0' and fill is null then
    fill := '0';
    align := coalesce(align, '0');
  end if;
  width := coalesce(nullif(substring(v_rest from '^[0-9]*'), ''), '0')::int;
  v_rest := ltrim(v_rest, '0123456789');
  separator := case when left(v_rest, 1) in (',', '_') then left(v_rest, 1) else '' end;
  v_rest := ltrim(v_rest, ',_');
  digits := substr(substring(v_rest from '^\.[0-9]+'), 2)::int;
  presentation := ltrim(v_rest, '.0123456789');
end
$$;

comment on function waymark._py_format_spec(text) is
  'The parts of a format spec.';
-- file: functions/python/formats/_py_pad.sql
-- Pads a text to a width: on the right (<), the left (>), both sides (^) or between the sign and the text (=).
create or replace function waymark._py_pad(p_sign text, p_text text, p_fill text, p_align text, p_width int) returns text
language plpgsql stable parallel safe
as $$
declare
  v_missing int := greatest(0, coalesce(p_width, 0) - length(p_sign) - length(p_text));
begin
  return case p_align
    when '<' then p_sign || p_text || repeat(p_fill, v_missing)
    when '>' then repeat(p_fill, v_missing) || p_sign || p_text
    when '=' then p_sign || repeat(p_fill, v_missing) || p_text
    else repeat(p_fill, v_missing / 2) || p_sign || p_text || repeat(p_fill, v_missing - v_missing / 2)
  end;
end
$$;

comment on function waymark._py_pad(text, text, text, text, int) is
  'A text padded to a width as format() does.';
-- file: functions/python/formats/_py_percent.sql
-- The operator % of a string: %s, %r, %d, %i, %x, %X, %o, %f, %F and %% with flags, width and precision, one for each of an array of values.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_percent(p_format text, p_values jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_result text := '';
  v_part text[];
  v_value jsonb;
  v_next int := 0;
  v_type text;
  v_text text;
begin
  if p_format !~ '^(?:[^%]|%%|%[-+ 0]*[0-9]{0,4}(?:\.[0-9]{1,3})?[srdixXofF])*$' then
    return waymark._py_inexact('%');
  end if;
  for v_part in select regexp_matches(p_format, '([^%]+)|(%%)|%([-+ 0]*)([0-9]{0,4})(?:\.([0-9]{1,3}))?([srdixXofF])', 'g') loop
    if v_part[6] is null then
      v_result := v_result || coalesce(v_part[1], '%');
      continue;
    end if;
    v_value := p_values -> v_next;
    v_next := v_next + 1;
    v_type := case v_part[6] when 'i' then 'd' else v_part[6] end;
    if v_value is null or v_type in ('s', 'r') then
      v_text := case v_type when 's' then waymark._py_text_exact(v_value) else waymark._py_repr_exact(v_value) end;
      v_text := case when v_part[5] is null then v_text else left(v_text, v_part[5]::int) end;
      v_text := waymark._py_pad('', v_text, ' ', case when v_part[3] ~ '-' then '<' else '>' end, nullif(v_part[4], '')::int);
    elsif waymark._py_kind(v_value) in ('int', 'bool') or waymark._py_kind(v_value) = 'float' and v_type in ('f', 'F') then
      v_text := waymark._py_pad(
        case when v_value::text ~ '^-' or v_value ->> 'v' ~ '^-' then '-' when v_part[3] ~ '[+]' then '+' when v_part[3] ~ ' ' then ' ' else '' end,
        waymark._py_format_number(v_value, v_type, v_part[5]::int), case when v_part[3] ~ '0' and v_part[3] !~ '-' then '0' else ' ' end,
        case when v_part[3] ~ '-' then '<' when v_part[3] ~ '0' then '=' else '>' end, nullif(v_part[4], '')::int);
    else
      v_text := null;
    end if;
    if v_text is null then
      return waymark._py_inexact('%');
    end if;
    v_result := v_result || v_text;
  end loop;
  return case when v_next = jsonb_array_length(p_values) then to_jsonb(v_result) else waymark._py_inexact('%') end;
end
$$;

comment on function waymark._py_percent(text, jsonb) is
  'The Python operator % of a string and a tuple of values.';
-- file: functions/python/methods/_py_method_bit_length.sql
-- The method bit_length of ints.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_bit_length(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_receiver) = 0 then
    return '0'::jsonb;
  elsif abs(waymark._py_int(p_receiver)) < 9223372036854775808 then
    return to_jsonb(length(waymark._py_in_base(abs(waymark._py_int(p_receiver))::bigint, 1)));
  end if;
  return waymark._py_inexact('.bit_length()');
end
$$;

comment on function waymark._py_method_bit_length(jsonb) is
  'The Python method bit_length of ints.';
-- file: functions/python/methods/_py_method_capitalize.sql
-- The method capitalize of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_capitalize(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(upper(left(v_text, 1) collate "C") || lower(substr(v_text, 2) collate "C"));
  end if;
  return waymark._py_inexact('.capitalize()');
end
$$;

comment on function waymark._py_method_capitalize(jsonb) is
  'The Python method capitalize of ASCII strings.';
-- file: functions/python/methods/_py_method_casefold.sql
-- The method casefold of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_casefold(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(lower(v_text collate "C"));
  end if;
  return waymark._py_inexact('.casefold()');
end
$$;

comment on function waymark._py_method_casefold(jsonb) is
  'The Python method casefold of ASCII strings.';
-- file: functions/python/methods/_py_method_center.sql
-- The method center of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_center(p_receiver jsonb, p_width jsonb, p_fill jsonb default '" "') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_fill text := p_fill #>> '{}';
  v_missing int;
  v_left int;
begin
  if jsonb_typeof(p_receiver) = 'string' and abs(waymark._py_int(p_width)) < 1000000 and jsonb_typeof(p_fill) = 'string' and length(v_fill) = 1 then
    v_missing := greatest(0, waymark._py_int(p_width) - length(p_receiver #>> '{}'));
    v_left := v_missing / 2 + (v_missing & waymark._py_int(p_width)::int & 1);
    return to_jsonb(repeat(v_fill, v_left) || (p_receiver #>> '{}') || repeat(v_fill, v_missing - v_left));
  end if;
  return waymark._py_inexact('.center()');
end
$$;

comment on function waymark._py_method_center(jsonb, jsonb, jsonb) is
  'The Python method center of strings.';
-- file: functions/python/methods/_py_method_copy.sql
-- The method copy of lists, dicts and sets.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_copy(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) in ('list', 'dict', 'set', 'frozenset') then
    return p_receiver;
  end if;
  return waymark._py_inexact('.copy()');
end
$$;

comment on function waymark._py_method_copy(jsonb) is
  'The Python method copy of lists, dicts and sets.';
-- file: functions/python/methods/_py_method_count.sql
-- The method count of strings, lists and tuples.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_count(p_receiver jsonb, p_item jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb := case p_receiver ->> '$' when 'tuple' then p_receiver -> 'v' else p_receiver end;
  v_count int := 0;
begin
  if jsonb_typeof(p_receiver) = 'string' and jsonb_typeof(p_item) = 'string' then
    return to_jsonb(case p_item when '""' then length(p_receiver #>> '{}') + 1
      else cardinality(waymark._py_split(p_receiver #>> '{}', p_item #>> '{}')) - 1 end);
  elsif waymark._py_kind(p_receiver) in ('list', 'tuple') then
    for v_position in 0 .. jsonb_array_length(v_items) - 1 loop
      v_count := v_count + waymark._py_equal(v_items -> v_position, p_item, true)::int;
    end loop;
    return to_jsonb(v_count);
  end if;
  return waymark._py_inexact('.count()');
end
$$;

comment on function waymark._py_method_count(jsonb, jsonb) is
  'The Python method count of strings, lists and tuples.';
-- file: functions/python/methods/_py_method_date.sql
-- The method date of datetimes.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_date(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'datetime' then
    return jsonb_build_object('$', 'date', 'v', left(p_receiver ->> 'v', 10));
  end if;
  return waymark._py_inexact('.date()');
end
$$;

comment on function waymark._py_method_date(jsonb) is
  'The Python method date of datetimes.';
-- file: functions/python/methods/_py_method_decode.sql
-- The method decode of bytes, from UTF-8.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_decode(p_receiver jsonb, p_encoding jsonb default '"utf-8"') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'bytes' and p_encoding in ('"utf-8"', '"utf8"', '"UTF-8"')
     and encode(decode(p_receiver ->> 'v', 'base64'), 'hex') !~ '^(..)*(00|ed[ab])' then
    return to_jsonb(convert_from(decode(p_receiver ->> 'v', 'base64'), 'UTF8'));
  end if;
  return waymark._py_inexact('.decode()');
exception when character_not_in_repertoire or untranslatable_character then
  return waymark._py_inexact('.decode()');
end
$$;

comment on function waymark._py_method_decode(jsonb, jsonb) is
  'The Python method decode of bytes.';
-- file: functions/python/methods/_py_method_difference.sql
-- The method difference of sets.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_difference(p_receiver jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_set_method('-', p_receiver, p_args);
end
$$;

comment on function waymark._py_method_difference(jsonb, jsonb) is
  'The Python method difference of sets.';
-- file: functions/python/methods/_py_method_encode.sql
-- The method encode of strings, to UTF-8.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_encode(p_receiver jsonb, p_encoding jsonb default '"utf-8"') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' and p_encoding in ('"utf-8"', '"utf8"', '"UTF-8"') then
    return waymark._py_from_bytes(waymark._py_to_utf8(p_receiver));
  end if;
  return waymark._py_inexact('.encode()');
end
$$;

comment on function waymark._py_method_encode(jsonb, jsonb) is
  'The Python method encode of strings.';
-- file: functions/python/methods/_py_method_endswith.sql
-- The method endswith of strings: one suffix, or a tuple of them.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_endswith(p_receiver jsonb, p_affix jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_options jsonb := case p_affix ->> '$' when 'tuple' then p_affix -> 'v' else jsonb_build_array(p_affix) end;
begin
  if jsonb_typeof(p_receiver) = 'string' and not jsonb_path_exists(v_options, 'strict $[*] ? (@.type() != "string")') then
    return to_jsonb(exists (select from jsonb_array_elements(v_options) as option (value) where right(p_receiver #>> '{}', length(option.value #>> '{}')) = option.value #>> '{}'));
  end if;
  return waymark._py_inexact('.endswith()');
end
$$;

comment on function waymark._py_method_endswith(jsonb, jsonb) is
  'The Python method endswith of strings.';
-- file: functions/python/methods/_py_method_find.sql
-- The method find of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_find(p_receiver jsonb, p_part jsonb, p_start jsonb default 'null', p_stop jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(waymark._py_find(p_receiver, p_part, p_start, p_stop, false));
end
$$;

comment on function waymark._py_method_find(jsonb, jsonb, jsonb, jsonb) is
  'The Python method find of strings.';
-- file: functions/python/methods/_py_method_format.sql
-- The method format of strings: fields that are empty, a number or a name, with a conversion and a plain spec.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_format(p_receiver jsonb, p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  c_field constant text := '\{([0-9]+|[A-Za-z_][A-Za-z_0-9]*)?(?:!([rs]))?(?::([^{}]*))?\}';
  v_numbered boolean := false;
  v_result text := '';
  v_part text[];
  v_value jsonb;
  v_next int := 0;
begin
  if jsonb_typeof(p_receiver) <> 'string' or p_receiver #>> '{}' !~ ('^(?:[^{}]|\{\{|\}\}|' || c_field || ')*$') then
    return waymark._py_inexact('.format()');
  end if;
  for v_part in select regexp_matches(p_receiver #>> '{}', '([^{}]+)|(\{\{|\}\})|(' || c_field || ')', 'g') loop
    if v_part[3] is null then
      v_result := v_result || coalesce(v_part[1], left(v_part[2], 1));
      continue;
    elsif v_part[4] is null then
      v_value := p_args -> v_next;
      v_next := v_next + 1;
    elsif v_part[4] ~ '^[0-9]{1,6}$' then
      v_value := p_args -> v_part[4]::int;
      v_numbered := true;
    else
      v_value := p_kwargs -> v_part[4];
    end if;
    if v_value is null or v_numbered and v_next > 0 then
      return waymark._py_inexact('.format()');
    end if;
    v_result := v_result || waymark._py_format_field(v_value, v_part[5], coalesce(v_part[6], ''));
  end loop;
  return to_jsonb(v_result);
end
$$;

comment on function waymark._py_method_format(jsonb, jsonb, jsonb) is
  'The Python method format of strings.';
-- file: functions/python/methods/_py_method_get.sql
-- The method get of dicts.
-- Raises: WM501 TypeError for an unhashable key.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_get(p_receiver jsonb, p_key jsonb, p_default jsonb default 'null') returns jsonb
language plpgsql stable
as $$
begin
  if jsonb_typeof(p_key) = 'string' and jsonb_typeof(p_receiver) = 'object' and p_key <> '"$"'
     and (not p_receiver ? '$' or jsonb_typeof(p_receiver -> '$') = 'array') then
    return coalesce(p_receiver -> (p_key #>> '{}'), p_default);
  elsif waymark._is_paged(p_receiver) then
    return coalesce(case when p_receiver ->> 'kind' = 'dict' then waymark._paged_item(p_receiver, p_key) end, case
      when p_receiver ->> 'kind' = 'dict' and waymark._paged_is_key(p_key) then p_default
      else waymark._py_method_get(waymark._paged_whole(p_receiver), p_key, p_default) end);
  elsif waymark._py_kind(p_receiver) = 'dict' then
    return coalesce(waymark._py_lookup(p_receiver, p_key), p_default);
  end if;
  return waymark._py_inexact('.get()');
end
$$;

comment on function waymark._py_method_get(jsonb, jsonb, jsonb) is
  'The Python method get of dicts.';
-- file: functions/python/methods/_py_method_hex.sql
-- The method hex of bytes.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_hex(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'bytes' then
    return to_jsonb(encode(decode(p_receiver ->> 'v', 'base64'), 'hex'));
  end if;
  return waymark._py_inexact('.hex()');
end
$$;

comment on function waymark._py_method_hex(jsonb) is
  'The Python method hex of bytes.';
-- file: functions/python/methods/_py_method_index.sql
-- The method index of strings, lists and tuples.
-- Raises: WM501 ValueError for strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_index(p_receiver jsonb, p_item jsonb, p_start jsonb default 'null', p_stop jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb := case p_receiver ->> '$' when 'tuple' then p_receiver -> 'v' else p_receiver end;
begin
  if jsonb_typeof(p_receiver) = 'string' then
    if waymark._py_find(p_receiver, p_item, p_start, p_stop, false) < 0 then
      return waymark._raise_python('ValueError', 'substring not found');
    end if;
    return to_jsonb(waymark._py_find(p_receiver, p_item, p_start, p_stop, false));
  elsif waymark._py_kind(p_receiver) in ('list', 'tuple') and p_start = 'null' and p_stop = 'null' then
    for v_position in 0 .. jsonb_array_length(v_items) - 1 loop
      if waymark._py_equal(v_items -> v_position, p_item, true) then
        return to_jsonb(v_position);
      end if;
    end loop;
  end if;
  return waymark._py_inexact('.index()');
end
$$;

comment on function waymark._py_method_index(jsonb, jsonb, jsonb, jsonb) is
  'The Python method index of strings, lists and tuples.';
-- file: functions/python/methods/_py_method_intersection.sql
-- The method intersection of sets, with sets: with another iterable CPython keeps other ones of equal elements.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_intersection(p_receiver jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) in ('set', 'frozenset') and not exists (
      select from jsonb_array_elements(p_args) as item (value) where waymark._py_kind(item.value) not in ('set', 'frozenset')) then
    return waymark._py_set_method('&', p_receiver, p_args);
  end if;
  return waymark._py_inexact('.intersection()');
end
$$;

comment on function waymark._py_method_intersection(jsonb, jsonb) is
  'The Python method intersection of sets.';
-- file: functions/python/methods/_py_method_is_integer.sql
-- The method is_integer of floats.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_is_integer(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'float' then
    return to_jsonb(waymark._py_number(p_receiver) not in ('NaN', 'Infinity', '-Infinity') and mod(waymark._py_number(p_receiver), 1) = 0);
  end if;
  return waymark._py_inexact('.is_integer()');
end
$$;

comment on function waymark._py_method_is_integer(jsonb) is
  'The Python method is_integer of floats.';
-- file: functions/python/methods/_py_method_isalnum.sql
-- The method isalnum of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isalnum(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '^[A-Za-z0-9]+$');
  end if;
  return waymark._py_inexact('.isalnum()');
end
$$;

comment on function waymark._py_method_isalnum(jsonb) is
  'The Python method isalnum of ASCII strings.';
-- file: functions/python/methods/_py_method_isalpha.sql
-- The method isalpha of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isalpha(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '^[A-Za-z]+$');
  end if;
  return waymark._py_inexact('.isalpha()');
end
$$;

comment on function waymark._py_method_isalpha(jsonb) is
  'The Python method isalpha of ASCII strings.';
-- file: functions/python/methods/_py_method_isascii.sql
-- The method isascii of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isascii(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' then
    return to_jsonb(waymark._py_ascii(p_receiver) is not null);
  end if;
  return waymark._py_inexact('.isascii()');
end
$$;

comment on function waymark._py_method_isascii(jsonb) is
  'The Python method isascii of strings.';
-- file: functions/python/methods/_py_method_isdecimal.sql
-- The method isdecimal of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isdecimal(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '^[0-9]+$');
  end if;
  return waymark._py_inexact('.isdecimal()');
end
$$;

comment on function waymark._py_method_isdecimal(jsonb) is
  'The Python method isdecimal of ASCII strings.';
-- file: functions/python/methods/_py_method_isdigit.sql
-- The method isdigit of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isdigit(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '^[0-9]+$');
  end if;
  return waymark._py_inexact('.isdigit()');
end
$$;

comment on function waymark._py_method_isdigit(jsonb) is
  'The Python method isdigit of ASCII strings.';
-- file: functions/python/methods/_py_method_isdisjoint.sql
-- The method isdisjoint of sets, with a set: an iterable is only walked as far as CPython needs it.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isdisjoint(p_receiver jsonb, p_other jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) in ('set', 'frozenset') and waymark._py_kind(p_other) in ('set', 'frozenset') then
    return to_jsonb(waymark._py_filter(p_receiver -> 'v', p_other -> 'v', true) = '[]');
  end if;
  return waymark._py_inexact('.isdisjoint()');
end
$$;

comment on function waymark._py_method_isdisjoint(jsonb, jsonb) is
  'The Python method isdisjoint of sets.';
-- file: functions/python/methods/_py_method_isidentifier.sql
-- The method isidentifier of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isidentifier(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '^[A-Za-z_][A-Za-z0-9_]*$');
  end if;
  return waymark._py_inexact('.isidentifier()');
end
$$;

comment on function waymark._py_method_isidentifier(jsonb) is
  'The Python method isidentifier of ASCII strings.';
-- file: functions/python/methods/_py_method_islower.sql
-- The method islower of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_islower(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '[a-z]' and v_text !~ '[A-Z]');
  end if;
  return waymark._py_inexact('.islower()');
end
$$;

comment on function waymark._py_method_islower(jsonb) is
  'The Python method islower of ASCII strings.';
-- file: functions/python/methods/_py_method_isnumeric.sql
-- The method isnumeric of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isnumeric(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '^[0-9]+$');
  end if;
  return waymark._py_inexact('.isnumeric()');
end
$$;

comment on function waymark._py_method_isnumeric(jsonb) is
  'The Python method isnumeric of ASCII strings.';
-- file: functions/python/methods/_py_method_isoformat.sql
-- The method isoformat of dates and times.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isoformat(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) in ('datetime', 'date', 'time') then
    return p_receiver -> 'v';
  end if;
  return waymark._py_inexact('.isoformat()');
end
$$;

comment on function waymark._py_method_isoformat(jsonb) is
  'The Python method isoformat of dates and times.';
-- file: functions/python/methods/_py_method_isoweekday.sql
-- The method isoweekday of dates and datetimes.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isoweekday(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_date date;
begin
  if waymark._py_kind(p_receiver) in ('datetime', 'date') then
    v_date := left(p_receiver ->> 'v', 10)::date;
    return to_jsonb(extract(isodow from v_date)::int);
  end if;
  return waymark._py_inexact('.isoweekday()');
end
$$;

comment on function waymark._py_method_isoweekday(jsonb) is
  'The Python method isoweekday of dates and datetimes.';
-- file: functions/python/methods/_py_method_isprintable.sql
-- The method isprintable of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isprintable(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '^[ -~]*$');
  end if;
  return waymark._py_inexact('.isprintable()');
end
$$;

comment on function waymark._py_method_isprintable(jsonb) is
  'The Python method isprintable of ASCII strings.';
-- file: functions/python/methods/_py_method_isspace.sql
-- The method isspace of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isspace(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text <> '' and btrim(v_text, waymark._py_spaces()) = '');
  end if;
  return waymark._py_inexact('.isspace()');
end
$$;

comment on function waymark._py_method_isspace(jsonb) is
  'The Python method isspace of ASCII strings.';
-- file: functions/python/methods/_py_method_issubset.sql
-- The method issubset of sets, with a set: an iterable is only walked as far as CPython needs it.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_issubset(p_receiver jsonb, p_other jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) in ('set', 'frozenset') and waymark._py_kind(p_other) in ('set', 'frozenset') then
    return to_jsonb(waymark._py_compare('<=', p_receiver, p_other));
  end if;
  return waymark._py_inexact('.issubset()');
end
$$;

comment on function waymark._py_method_issubset(jsonb, jsonb) is
  'The Python method issubset of sets.';
-- file: functions/python/methods/_py_method_issuperset.sql
-- The method issuperset of sets, with a set: an iterable is only walked as far as CPython needs it.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_issuperset(p_receiver jsonb, p_other jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) in ('set', 'frozenset') and waymark._py_kind(p_other) in ('set', 'frozenset') then
    return to_jsonb(waymark._py_compare('>=', p_receiver, p_other));
  end if;
  return waymark._py_inexact('.issuperset()');
end
$$;

comment on function waymark._py_method_issuperset(jsonb, jsonb) is
  'The Python method issuperset of sets.';
-- file: functions/python/methods/_py_method_isupper.sql
-- The method isupper of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isupper(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '[A-Z]' and v_text !~ '[a-z]');
  end if;
  return waymark._py_inexact('.isupper()');
end
$$;

comment on function waymark._py_method_isupper(jsonb) is
  'The Python method isupper of ASCII strings.';
-- file: functions/python/methods/_py_method_items.sql
-- The method items of dicts.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_items(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'dict' then
    return waymark._py_iterator(coalesce((
      select jsonb_agg(jsonb_build_object('$', 'tuple', 'v', pair.value) order by pair.position)
      from jsonb_array_elements(waymark._py_pairs(p_receiver)) with ordinality as pair (value, position)), '[]'));
  end if;
  return waymark._py_inexact('.items()');
end
$$;

comment on function waymark._py_method_items(jsonb) is
  'The Python method items of dicts.';
-- file: functions/python/methods/_py_method_join.sql
-- The method join of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_join(p_receiver jsonb, p_iterable jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb := waymark.py_spread(p_iterable, 'null');
begin
  if jsonb_typeof(p_receiver) = 'string' and not jsonb_path_exists(v_items, 'strict $[*] ? (@.type() != "string")') then
    return to_jsonb(coalesce((
      select string_agg(item.value #>> '{}', p_receiver #>> '{}' order by item.position)
      from jsonb_array_elements(v_items) with ordinality as item (value, position)), ''));
  end if;
  return waymark._py_inexact('.join()');
end
$$;

comment on function waymark._py_method_join(jsonb, jsonb) is
  'The Python method join of strings.';
-- file: functions/python/methods/_py_method_keys.sql
-- The method keys of dicts.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_keys(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'dict' then
    return waymark._py_iterator(waymark.py_iter(p_receiver));
  end if;
  return waymark._py_inexact('.keys()');
end
$$;

comment on function waymark._py_method_keys(jsonb) is
  'The Python method keys of dicts.';
-- file: functions/python/methods/_py_method_ljust.sql
-- The method ljust of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_ljust(p_receiver jsonb, p_width jsonb, p_fill jsonb default '" "') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_fill text := p_fill #>> '{}';
  v_missing int;
begin
  if jsonb_typeof(p_receiver) = 'string' and abs(waymark._py_int(p_width)) < 1000000 and jsonb_typeof(p_fill) = 'string' and length(v_fill) = 1 then
    v_missing := greatest(0, waymark._py_int(p_width) - length(p_receiver #>> '{}'));
    return to_jsonb((p_receiver #>> '{}') || repeat(v_fill, v_missing));
  end if;
  return waymark._py_inexact('.ljust()');
end
$$;

comment on function waymark._py_method_ljust(jsonb, jsonb, jsonb) is
  'The Python method ljust of strings.';
-- file: functions/python/methods/_py_method_lower.sql
-- The method lower of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_lower(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(lower(v_text collate "C"));
  end if;
  return waymark._py_inexact('.lower()');
end
$$;

comment on function waymark._py_method_lower(jsonb) is
  'The Python method lower of ASCII strings.';
-- file: functions/python/methods/_py_method_lstrip.sql
-- The method lstrip of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_lstrip(p_receiver jsonb, p_characters jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' and jsonb_typeof(p_characters) in ('string', 'null') then
    return to_jsonb(ltrim(p_receiver #>> '{}', coalesce(p_characters #>> '{}', waymark._py_spaces())));
  end if;
  return waymark._py_inexact('.lstrip()');
end
$$;

comment on function waymark._py_method_lstrip(jsonb, jsonb) is
  'The Python method lstrip of strings.';
-- file: functions/python/methods/_py_method_partition.sql
-- The method partition of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_partition(p_receiver jsonb, p_separator jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_place int;
begin
  if jsonb_typeof(p_receiver) <> 'string' or jsonb_typeof(p_separator) <> 'string' or p_separator = '""' then
    return waymark._py_inexact('.partition()');
  end if;
  v_place := waymark._py_find(p_receiver, p_separator, null, null, false);
  return jsonb_build_object('$', 'tuple', 'v', case
    when v_place < 0 then jsonb_build_array(p_receiver, '', '')
    else jsonb_build_array(left(p_receiver #>> '{}', v_place), p_separator,
      substr(p_receiver #>> '{}', v_place + 1 + length(p_separator #>> '{}'))) end);
end
$$;

comment on function waymark._py_method_partition(jsonb, jsonb) is
  'The Python method partition of strings.';
-- file: functions/python/methods/_py_method_removeprefix.sql
-- The method removeprefix of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_removeprefix(p_receiver jsonb, p_prefix jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' and jsonb_typeof(p_prefix) = 'string' then
    return to_jsonb(case when starts_with(p_receiver #>> '{}', p_prefix #>> '{}') then substr(p_receiver #>> '{}', length(p_prefix #>> '{}') + 1)
      else p_receiver #>> '{}' end);
  end if;
  return waymark._py_inexact('.removeprefix()');
end
$$;

comment on function waymark._py_method_removeprefix(jsonb, jsonb) is
  'The Python method removeprefix of strings.';
-- file: functions/python/methods/_py_method_removesuffix.sql
-- The method removesuffix of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_removesuffix(p_receiver jsonb, p_suffix jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' and jsonb_typeof(p_suffix) = 'string' then
    return to_jsonb(case when p_suffix <> '""' and right(p_receiver #>> '{}', length(p_suffix #>> '{}')) = p_suffix #>> '{}'
      then left(p_receiver #>> '{}', - length(p_suffix #>> '{}')) else p_receiver #>> '{}' end);
  end if;
  return waymark._py_inexact('.removesuffix()');
end
$$;

comment on function waymark._py_method_removesuffix(jsonb, jsonb) is
  'The Python method removesuffix of strings.';
-- file: functions/python/methods/_py_method_replace.sql
-- The method replace of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_replace(p_receiver jsonb, p_old jsonb, p_new jsonb, p_limit jsonb default '-1') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_limit numeric := waymark._py_int(p_limit);
  v_parts text[];
begin
  if jsonb_typeof(p_receiver) <> 'string' or jsonb_typeof(p_old) <> 'string' or jsonb_typeof(p_new) <> 'string' or p_old = '""' or coalesce(abs(v_limit) > 2147483646, true) then
    return waymark._py_inexact('.replace()');
  elsif v_limit < 0 then
    return to_jsonb(replace(p_receiver #>> '{}', p_old #>> '{}', p_new #>> '{}'));
  end if;
  v_parts := waymark._py_split(p_receiver #>> '{}', p_old #>> '{}');
  if v_limit >= cardinality(v_parts) then
    return to_jsonb(array_to_string(v_parts, p_new #>> '{}'));
  end if;
  return to_jsonb(array_to_string(array_to_string(v_parts[:v_limit::int + 1], p_new #>> '{}')
    || v_parts[v_limit::int + 2:], p_old #>> '{}'));
end
$$;

comment on function waymark._py_method_replace(jsonb, jsonb, jsonb, jsonb) is
  'The Python method replace of strings.';
-- file: functions/python/methods/_py_method_rfind.sql
-- The method rfind of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_rfind(p_receiver jsonb, p_part jsonb, p_start jsonb default 'null', p_stop jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(waymark._py_find(p_receiver, p_part, p_start, p_stop, true));
end
$$;

comment on function waymark._py_method_rfind(jsonb, jsonb, jsonb, jsonb) is
  'The Python method rfind of strings.';
-- file: functions/python/methods/_py_method_rindex.sql
-- The method rindex of strings.
-- Raises: WM501 ValueError.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_rindex(p_receiver jsonb, p_part jsonb, p_start jsonb default 'null', p_stop jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_find(p_receiver, p_part, p_start, p_stop, true) < 0 then
    return waymark._raise_python('ValueError', 'substring not found');
  end if;
  return to_jsonb(waymark._py_find(p_receiver, p_part, p_start, p_stop, true));
end
$$;

comment on function waymark._py_method_rindex(jsonb, jsonb, jsonb, jsonb) is
  'The Python method rindex of strings.';
-- file: functions/python/methods/_py_method_rjust.sql
-- The method rjust of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_rjust(p_receiver jsonb, p_width jsonb, p_fill jsonb default '" "') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_fill text := p_fill #>> '{}';
  v_missing int;
begin
  if jsonb_typeof(p_receiver) = 'string' and abs(waymark._py_int(p_width)) < 1000000 and jsonb_typeof(p_fill) = 'string' and length(v_fill) = 1 then
    v_missing := greatest(0, waymark._py_int(p_width) - length(p_receiver #>> '{}'));
    return to_jsonb(repeat(v_fill, v_missing) || (p_receiver #>> '{}'));
  end if;
  return waymark._py_inexact('.rjust()');
end
$$;

comment on function waymark._py_method_rjust(jsonb, jsonb, jsonb) is
  'The Python method rjust of strings.';
-- file: functions/python/methods/_py_method_rpartition.sql
-- The method rpartition of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_rpartition(p_receiver jsonb, p_separator jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_place int;
begin
  if jsonb_typeof(p_receiver) <> 'string' or jsonb_typeof(p_separator) <> 'string' or p_separator = '""' then
    return waymark._py_inexact('.rpartition()');
  end if;
  v_place := waymark._py_find(p_receiver, p_separator, null, null, true);
  return jsonb_build_object('$', 'tuple', 'v', case
    when v_place < 0 then jsonb_build_array('', '', p_receiver)
    else jsonb_build_array(left(p_receiver #>> '{}', v_place), p_separator,
      substr(p_receiver #>> '{}', v_place + 1 + length(p_separator #>> '{}'))) end);
end
$$;

comment on function waymark._py_method_rpartition(jsonb, jsonb) is
  'The Python method rpartition of strings.';
-- file: functions/python/methods/_py_method_rsplit.sql
-- The method rsplit of strings: from the right only at single characters, which cannot overlap.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_rsplit(p_receiver jsonb, p_separator jsonb default 'null', p_limit jsonb default '-1') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_separator text := p_separator #>> '{}';
  v_limit numeric := waymark._py_int(p_limit);
  v_parts text[];
  v_count int;
begin
  if v_separator = '' or jsonb_typeof(p_receiver) <> 'string' or coalesce(abs(v_limit) > 2147483646, true) or jsonb_typeof(p_separator) not in ('string', 'null')
     or v_limit >= 0 and length(v_separator) is distinct from 1 then
    return waymark._py_inexact('.rsplit()');
  end if;
  v_parts := waymark._py_split(p_receiver #>> '{}', v_separator);
  v_count := cardinality(v_parts);
  if v_limit < 0 or v_limit >= v_count - 1 then
    return to_jsonb(v_parts);
  end if;
  return to_jsonb(array_to_string(v_parts[:v_count - v_limit::int], v_separator) || v_parts[v_count - v_limit::int + 1:]);
end
$$;

comment on function waymark._py_method_rsplit(jsonb, jsonb, jsonb) is
  'The Python method rsplit of strings.';
-- file: functions/python/methods/_py_method_rstrip.sql
-- The method rstrip of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_rstrip(p_receiver jsonb, p_characters jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' and jsonb_typeof(p_characters) in ('string', 'null') then
    return to_jsonb(rtrim(p_receiver #>> '{}', coalesce(p_characters #>> '{}', waymark._py_spaces())));
  end if;
  return waymark._py_inexact('.rstrip()');
end
$$;

comment on function waymark._py_method_rstrip(jsonb, jsonb) is
  'The Python method rstrip of strings.';
-- file: functions/python/methods/_py_method_split.sql
-- The method split of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_split(p_receiver jsonb, p_separator jsonb default 'null', p_limit jsonb default '-1', p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_separator text := coalesce(p_kwargs -> 'sep', p_separator) #>> '{}';
  v_limit numeric := waymark._py_int(coalesce(p_kwargs -> 'maxsplit', p_limit));
  v_parts text[];
begin
  if v_separator = '' or v_separator is null and v_limit >= 0 or jsonb_typeof(p_receiver) <> 'string'
     or coalesce(abs(v_limit) > 2147483646, true) or jsonb_typeof(coalesce(p_kwargs -> 'sep', p_separator)) not in ('string', 'null')
     or p_kwargs - '{sep,maxsplit,$}'::text[] <> '{}' or p_kwargs ? 'sep' and p_separator <> 'null' or p_kwargs ? 'maxsplit' and p_limit <> '-1' then
    return waymark._py_inexact('.split()');
  end if;
  v_parts := waymark._py_split(p_receiver #>> '{}', v_separator);
  if v_limit < 0 or v_limit >= cardinality(v_parts) - 1 then
    return to_jsonb(v_parts);
  end if;
  return to_jsonb(v_parts[:v_limit::int] || array_to_string(v_parts[v_limit::int + 1:], v_separator));
end
$$;

comment on function waymark._py_method_split(jsonb, jsonb, jsonb, jsonb) is
  'The Python method split of strings.';
-- file: functions/python/methods/_py_method_splitlines.sql
-- The method splitlines of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_splitlines(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_lines text[];
begin
  if jsonb_typeof(p_receiver) = 'string' then
    v_lines := regexp_split_to_array(p_receiver #>> '{}', E'\r\n|[\n\x0b\f\r\x1c\x1d\x1e\u0085\u2028\u2029]');
    return to_jsonb(case v_lines[cardinality(v_lines)] when '' then v_lines[:cardinality(v_lines) - 1] else v_lines end);
  end if;
  return waymark._py_inexact('.splitlines()');
end
$$;

comment on function waymark._py_method_splitlines(jsonb) is
  'The Python method splitlines of strings.';
-- file: functions/python/methods/_py_method_startswith.sql
-- The method startswith of strings: one prefix, or a tuple of them.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_startswith(p_receiver jsonb, p_affix jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_options jsonb := case p_affix ->> '$' when 'tuple' then p_affix -> 'v' else jsonb_build_array(p_affix) end;
begin
  if jsonb_typeof(p_receiver) = 'string' and not jsonb_path_exists(v_options, 'strict $[*] ? (@.type() != "string")') then
    return to_jsonb(exists (select from jsonb_array_elements(v_options) as option (value) where starts_with(p_receiver #>> '{}', option.value #>> '{}')));
  end if;
  return waymark._py_inexact('.startswith()');
end
$$;

comment on function waymark._py_method_startswith(jsonb, jsonb) is
  'The Python method startswith of strings.';
-- file: functions/python/methods/_py_method_strip.sql
-- The method strip of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_strip(p_receiver jsonb, p_characters jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' and jsonb_typeof(p_characters) in ('string', 'null') then
    return to_jsonb(btrim(p_receiver #>> '{}', coalesce(p_characters #>> '{}', waymark._py_spaces())));
  end if;
  return waymark._py_inexact('.strip()');
end
$$;

comment on function waymark._py_method_strip(jsonb, jsonb) is
  'The Python method strip of strings.';
-- file: functions/python/methods/_py_method_swapcase.sql
-- The method swapcase of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_swapcase(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(translate(v_text, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'));
  end if;
  return waymark._py_inexact('.swapcase()');
end
$$;

comment on function waymark._py_method_swapcase(jsonb) is
  'The Python method swapcase of ASCII strings.';
-- file: functions/python/methods/_py_method_symmetric_difference.sql
-- The method symmetric_difference of sets.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_symmetric_difference(p_receiver jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_set_method('^', p_receiver, p_args);
end
$$;

comment on function waymark._py_method_symmetric_difference(jsonb, jsonb) is
  'The Python method symmetric_difference of sets.';
-- file: functions/python/methods/_py_method_toordinal.sql
-- The method toordinal of dates and datetimes.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_toordinal(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_date date;
begin
  if waymark._py_kind(p_receiver) in ('datetime', 'date') then
    v_date := left(p_receiver ->> 'v', 10)::date;
    return to_jsonb(v_date - '0001-01-01'::date + 1);
  end if;
  return waymark._py_inexact('.toordinal()');
end
$$;

comment on function waymark._py_method_toordinal(jsonb) is
  'The Python method toordinal of dates and datetimes.';
-- file: functions/python/methods/_py_method_total_seconds.sql
-- The method total_seconds of timedeltas.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_total_seconds(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'timedelta' then
    return waymark._py_divide(waymark._py_microseconds(p_receiver), 1000000);
  end if;
  return waymark._py_inexact('.total_seconds()');
end
$$;

comment on function waymark._py_method_total_seconds(jsonb) is
  'The Python method total_seconds of timedeltas.';
-- file: functions/python/methods/_py_method_union.sql
-- The method union of sets.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_union(p_receiver jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_set_method('|', p_receiver, p_args);
end
$$;

comment on function waymark._py_method_union(jsonb, jsonb) is
  'The Python method union of sets.';
-- file: functions/python/methods/_py_method_upper.sql
-- The method upper of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_upper(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(upper(v_text collate "C"));
  end if;
  return waymark._py_inexact('.upper()');
end
$$;

comment on function waymark._py_method_upper(jsonb) is
  'The Python method upper of ASCII strings.';
-- file: functions/python/methods/_py_method_values.sql
-- The method values of dicts.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_values(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'dict' then
    return waymark._py_iterator(jsonb_path_query_array(waymark._py_pairs(p_receiver), 'strict $[*][1]'));
  end if;
  return waymark._py_inexact('.values()');
end
$$;

comment on function waymark._py_method_values(jsonb) is
  'The Python method values of dicts.';
-- file: functions/python/methods/_py_method_weekday.sql
-- The method weekday of dates and datetimes.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_weekday(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_date date;
begin
  if waymark._py_kind(p_receiver) in ('datetime', 'date') then
    v_date := left(p_receiver ->> 'v', 10)::date;
    return to_jsonb(extract(isodow from v_date)::int - 1);
  end if;
  return waymark._py_inexact('.weekday()');
end
$$;

comment on function waymark._py_method_weekday(jsonb) is
  'The Python method weekday of dates and datetimes.';
-- file: functions/python/methods/_py_method_zfill.sql
-- The method zfill of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_zfill(p_receiver jsonb, p_width jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_sign text;
begin
  if jsonb_typeof(p_receiver) = 'string' and waymark._py_int(p_width) < 1000000 then
    v_sign := substring(p_receiver #>> '{}' from '^[-+]');
    return to_jsonb(concat(v_sign, repeat('0', (greatest(waymark._py_int(p_width), 0) - length(p_receiver #>> '{}'))::int),
      substr(p_receiver #>> '{}', 1 + coalesce(length(v_sign), 0))));
  end if;
  return waymark._py_inexact('.zfill()');
end
$$;

comment on function waymark._py_method_zfill(jsonb, jsonb) is
  'The Python method zfill of strings.';
-- file: functions/python/py_add.sql
-- The Python operator +.
-- Raises: WM501 TypeError, OverflowError; WM502.
create or replace function waymark.py_add(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) = 0 and scale(p_right::numeric) = 0
     and abs(p_left::numeric) < 1e65000 and abs(p_right::numeric) < 1e65000 then
    return to_jsonb(p_left::numeric + p_right::numeric);
  elsif jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) + scale(p_right::numeric) between 1 and 100
        and abs(p_left::numeric) < 1e100 and abs(p_right::numeric) < 1e100 then
    return waymark._py_from_float(p_left::numeric::float8 + p_right::numeric::float8);
  elsif jsonb_typeof(p_left) = 'string' and jsonb_typeof(p_right) = 'string' then
    return to_jsonb((p_left #>> '{}') || (p_right #>> '{}'));
  elsif jsonb_typeof(p_left) = 'array' and jsonb_typeof(p_right) = 'array' then
    return p_left || p_right;
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    return waymark._py_integer('+', waymark._py_int(p_left), waymark._py_int(p_right));
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    return waymark._py_from_float(waymark._py_float_add(waymark._py_to_float(p_left), waymark._py_to_float(p_right)));
  elsif v_left in ('str', 'list', 'tuple', 'bytes') then
    return waymark._py_concatenate(v_left, v_right, p_left, p_right);
  elsif v_left in ('decimal', 'timedelta', 'date', 'datetime') or v_right in ('decimal', 'timedelta', 'date', 'datetime') then
    return waymark._py_quantity('+', p_left, p_right);
  end if;
  return waymark._py_unsupported('+', p_left, p_right);
end
$$;

comment on function waymark.py_add(jsonb, jsonb) is
  'The Python operator +.';
-- file: functions/python/py_bind.sql
-- The arguments of a call bound to the parameters of a signature: p_args is a list, p_kwargs a dict with string keys. The value is a list of the values
-- of the positional parameters, of the keyword-only ones, then of *args and **kwargs where the signature has them (waymark/compiler/binding.py).
-- Raises: WM502 where they do not fit, on which CPython says how.
create or replace function waymark.py_bind(p_signature jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_positional jsonb := p_signature -> 'positional';
  v_given int := jsonb_array_length(p_args);
  v_bound jsonb := coalesce((
    select jsonb_object_agg(v_positional ->> i, p_args -> i) from generate_series(0, least(v_given, jsonb_array_length(v_positional)) - 1) i), '{}');
  v_more jsonb := jsonb '[]';
  v_pair jsonb;
  v_values jsonb;
begin
  for v_pair in select value from jsonb_array_elements(waymark._py_pairs(p_kwargs)) loop
    if not p_signature -> 'by_name' ? (v_pair ->> 0) then
      v_more := v_more || jsonb_build_array(v_pair);
    elsif v_bound ? (v_pair ->> 0) then
      return waymark._py_inexact('a call');
    else
      v_bound := v_bound || jsonb_build_object(v_pair ->> 0, v_pair -> 1);
    end if;
  end loop;
  v_bound := (p_signature -> 'defaults') || v_bound;
  select coalesce(jsonb_agg(v_bound -> n.name order by n.place), '[]')
    into v_values from jsonb_array_elements_text(v_positional || (p_signature -> 'keyword')) with ordinality n(name, place);
  if (v_more <> '[]' and p_signature -> 'varkw' = 'false') or (v_given > jsonb_array_length(v_positional) and p_signature -> 'varargs' = 'false')
     or not v_bound ?& array(select jsonb_array_elements_text(v_positional || (p_signature -> 'keyword'))) then
    return waymark._py_inexact('a call');
  end if;
  if p_signature -> 'varargs' = 'true' then
    v_values := v_values || jsonb_build_array(jsonb_build_object('$', 'tuple', 'v', (
      select coalesce(jsonb_agg(a.value order by a.place) filter (where a.place > jsonb_array_length(v_positional)), '[]')
        from jsonb_array_elements(p_args) with ordinality a(value, place))));
  end if;
  return case when p_signature -> 'varkw' = 'true' then v_values || jsonb_build_array(waymark.py_dict(v_more)) else v_values end;
end
$$;

comment on function waymark.py_bind(jsonb, jsonb, jsonb) is
  'The arguments of a call, bound to parameters.';
-- file: functions/python/py_bitand.sql
-- The Python operator &.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_bitand(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_bit_operation('&', p_left, p_right);
end
$$;

comment on function waymark.py_bitand(jsonb, jsonb) is
  'The Python operator &.';
-- file: functions/python/py_bitor.sql
-- The Python operator |.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_bitor(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_bit_operation('|', p_left, p_right);
end
$$;

comment on function waymark.py_bitor(jsonb, jsonb) is
  'The Python operator |.';
-- file: functions/python/py_bitxor.sql
-- The Python operator ^.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_bitxor(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_bit_operation('^', p_left, p_right);
end
$$;

comment on function waymark.py_bitxor(jsonb, jsonb) is
  'The Python operator ^.';
-- file: functions/python/py_call.sql
-- A call of a function of the library (waymark/ir/library.py): arguments are a list, keyword arguments a dict. Dispatches on the name; what is not here,
-- CPython computes.
-- Raises: WM502 for every function that has no exact form here.
create or replace function waymark.py_call(p_name jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse(format('%s()', p_name #>> '{}'), 'Compute it in an action.');
end
$$;

comment on function waymark.py_call(jsonb, jsonb, jsonb) is
  'The call of a Python function by its name in the library.';
-- file: functions/python/py_closing_group.sql
-- What TaskGroup.create_task raises once a task of the group has failed, from the outcomes of its tasks in a `wait` node. Raises: WM501 RuntimeError.
create or replace function waymark.py_closing_group(p_outcomes jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_tasks int;
  v_errors int;
begin
  select nullif(count(*) filter (where o ->> 0 = 'pending'), 0), count(*) filter (where o ->> 0 = 'raised')
    into v_tasks, v_errors from jsonb_array_elements(p_outcomes) o;
  return waymark._raise_python('RuntimeError', format('TaskGroup <TaskGroup%s errors=%s cancelling> is shutting down', ' tasks=' || v_tasks, v_errors));
end
$$;

comment on function waymark.py_closing_group(jsonb) is
  'The error of making a task in a TaskGroup that is shutting down.';
-- file: functions/python/py_concat.sql
-- Joins two lists of the engine's own, such as the spreads of a gather.
create or replace function waymark.py_concat(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return p_left || p_right;
end
$$;

comment on function waymark.py_concat(jsonb, jsonb) is
  'Joins two lists of the engine''s own.';
-- file: functions/python/py_conform.sql
-- The value as one of a type (docs/internals/ir.md, "Types"). SQLSTATEs: WM502.
create or replace function waymark.py_conform(p_value jsonb, p_type jsonb) returns jsonb
language plpgsql stable as $$
begin
  if waymark._conforms(p_value, p_type) then
    return p_value;
  end if;
  return waymark._refuse('a value that has to become ' || p_type::text, 'Send it as the Python value.');
end
$$;
comment on function waymark.py_conform(jsonb, jsonb) is 'The value as one of a type.';
-- file: functions/python/py_construct.sql
-- The construction of an instance of a user's class, whose validators, defaults and __init__ only CPython can run.
-- Raises: WM502, always.
create or replace function waymark.py_construct(p_class jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse(format('%s()', p_class #>> '{}'), 'Compute it in an action.');
end
$$;

comment on function waymark.py_construct(jsonb, jsonb, jsonb) is
  'The construction of an instance of a Python class.';
-- file: functions/python/py_dict.sql
-- A dict of [key, value] pairs in order, as a display makes it: of equal keys the first one stays, in its place, with the last value.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark.py_dict(p_pairs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_keys jsonb;
  v_own jsonb;
  v_dict jsonb;
begin
  if jsonb_path_exists(p_pairs, 'strict $[*][0] ? (@.type() != "string" || @ == "$")') then
    return waymark._py_dict_of_pairs(p_pairs);
  end if;
  v_dict := coalesce((
    select jsonb_object_agg(pair.value ->> 0, pair.value -> 1)
    from jsonb_array_elements(p_pairs) as pair), '{}');
  v_keys := jsonb_path_query_array(p_pairs, '$[*][0]');
  v_own := jsonb_path_query_array(v_dict, '$.keyvalue().key');
  if v_keys = v_own then
    return v_dict;
  elsif jsonb_array_length(v_keys) = jsonb_array_length(v_own) then
    return v_dict || jsonb_build_object('$', v_keys);
  end if;
  return waymark._py_dict_of_pairs(p_pairs);
end
$$;

comment on function waymark.py_dict(jsonb) is
  'The Python dict of an array of [key, value] pairs.';
-- file: functions/python/py_eq.sql
-- The Python operator ==.
-- Raises: WM502 where equality depends on identity or on code the engine does not know.
create or replace function waymark.py_eq(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  -- Plain numbers compare by value, as in Python: a float's shortest digits order as the float itself does.
  if jsonb_typeof(p_left) in ('number', 'string', 'null') and jsonb_typeof(p_right) in ('number', 'string', 'null') then
    return p_left = p_right;
  end if;
  return waymark._py_equal(p_left, p_right, false);
end
$$;

comment on function waymark.py_eq(jsonb, jsonb) is
  'The Python operator ==.';
-- file: functions/python/py_exception.sql
-- Builds an exception of a class with arguments (a list or tuple). The message is str() of it as far as the engine knows the arguments' repr.
-- Raises: WM502 for the builtin classes whose construction is more than keeping their arguments.
create or replace function waymark.py_exception(p_class jsonb, p_mro jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_args jsonb := waymark.py_list(p_args);
begin
  if (p_mro ? 'OSError' and jsonb_array_length(v_args) > 1)
     or p_mro ?| '{BaseExceptionGroup,UnicodeEncodeError,UnicodeDecodeError,UnicodeTranslateError,SyntaxError}' then
    return waymark._refuse(format('%s with these arguments', p_class #>> '{}'), 'Raise it in an action.');
  end if;
  return jsonb_build_object('$', 'exception', 'type', p_class, 'mro', p_mro, 'args', v_args, 'message', case
    when jsonb_array_length(v_args) = 0 then ''
    when jsonb_array_length(v_args) > 1 then waymark._py_repr(jsonb_build_object('$', 'tuple', 'v', v_args))
    when p_mro ? 'KeyError' then waymark._py_repr(v_args -> 0)
    else waymark._py_text(v_args -> 0)
  end);
end
$$;

comment on function waymark.py_exception(jsonb, jsonb, jsonb) is
  'Builds a Python exception value.';
-- file: functions/python/py_exception_matches.sql
-- Whether an exception is an instance of one of these classes (an array of names).
create or replace function waymark.py_exception_matches(p_exception jsonb, p_classes jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  for v_position in 0 .. jsonb_array_length(p_classes) - 1 loop
    if p_exception -> 'mro' ? (p_classes ->> v_position) then
      return true;
    end if;
  end loop;
  return false;
end
$$;

comment on function waymark.py_exception_matches(jsonb, jsonb) is
  'Whether an exception is an instance of one of the named classes.';
-- file: functions/python/py_exception_of.sql
-- An exception with these arguments in the place of copies of them: they are objects that may change. Its message stays.
create or replace function waymark.py_exception_of(p_exception jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return jsonb_set(p_exception, '{args}', p_args);
end
$$;

comment on function waymark.py_exception_of(jsonb, jsonb) is
  'An exception that holds objects.';
-- file: functions/python/py_failures.sql
-- Of the outcomes of a `wait` node those that are no results, in the order in which the tasks ended.
create or replace function waymark.py_failures(p_outcomes jsonb) returns jsonb
language sql stable parallel safe
return (
  select coalesce(jsonb_agg(outcome.value order by (outcome.value ->> 2)::numeric, outcome.position), '[]')
  from jsonb_array_elements(p_outcomes) with ordinality as outcome (value, position)
  where outcome.value ->> 0 in ('raised', 'cancelled')
);

comment on function waymark.py_failures(jsonb) is
  'The outcomes of tasks that failed, earliest first.';
-- file: functions/python/py_floordiv.sql
-- The Python operator //.
-- Raises: WM501 TypeError, ZeroDivisionError, OverflowError; WM502.
create or replace function waymark.py_floordiv(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
  v_dividend numeric;
  v_divisor numeric;
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) = 0 and scale(p_right::numeric) = 0
     and p_left::numeric >= 0 and p_right::numeric > 0 then
    return to_jsonb(div(p_left::numeric, p_right::numeric));
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    v_dividend := waymark._py_int(p_left);
    v_divisor := waymark._py_int(p_right);
    if v_divisor = 0 then
      return waymark._raise_python('ZeroDivisionError', 'integer division or modulo by zero');
    end if;
    return to_jsonb(div(v_dividend, v_divisor)
      - case when (v_dividend < 0) <> (v_divisor < 0) and mod(v_dividend, v_divisor) <> 0 then 1 else 0 end);
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    if waymark._py_to_float(p_left) is not null and waymark._py_to_float(p_right) = 0 then
      return waymark._raise_python('ZeroDivisionError', 'float floor division by zero');
    end if;
    return waymark._py_from_float((waymark._py_float_divmod(waymark._py_to_float(p_left), waymark._py_to_float(p_right))).quotient);
  end if;
  return waymark._py_unsupported('//', p_left, p_right);
end
$$;

comment on function waymark.py_floordiv(jsonb, jsonb) is
  'The Python operator //.';
-- file: functions/python/py_ge.sql
-- The Python operator >=.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_ge(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' then
    return p_left >= p_right;
  elsif jsonb_typeof(p_left) = 'string' and jsonb_typeof(p_right) = 'string' then
    return (p_left #>> '{}') collate "C" >= (p_right #>> '{}');
  end if;
  return waymark._py_compare('>=', p_left, p_right);
end
$$;

comment on function waymark.py_ge(jsonb, jsonb) is
  'The Python operator >=.';
-- file: functions/python/py_generator.sql
-- The elements of a generator expression that is consumed at once. They are all evaluated first, though CPython evaluates one when it is asked for:
-- where one of them fails, a step therefore leaves it to CPython which error comes first, and whether any does (`any` may stop before).
create or replace function waymark.py_generator(p_elements jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return p_elements;
end
$$;

comment on function waymark.py_generator(jsonb) is
  'The elements of a generator expression that is consumed at once.';
-- file: functions/python/py_getattr.sql
-- Attribute access: the fields of models and dataclasses, the attributes of exceptions, an Enum member's name and value, and the data attributes
-- of some builtin types. A field a class does not have may still be a property of it, so only builtin types give an AttributeError.
-- Raises: WM501 AttributeError; WM502 for methods, properties and what the encoding does not keep.
create or replace function waymark.py_getattr(p_object jsonb, p_name jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_name text := p_name #>> '{}';
  v_kind text;
  v_value jsonb;
begin
  if jsonb_typeof(p_object) = 'object' and strpos(p_object ->> '$', ':') > 0 then
    v_value := p_object -> v_name;
    if v_value is not null and not coalesce(p_object -> '$own' ? 'attr', false) then
      return v_value;
    end if;
  end if;
  v_kind := waymark._py_kind(p_object);
  case v_kind
    when 'exception' then
      v_value := case v_name
        when 'args' then jsonb_build_object('$', 'tuple', 'v', p_object -> 'args')
        when '__cause__' then coalesce(p_object -> 'cause', 'null')
        when 'exceptions' then case when p_object ->> 'type' in ('ExceptionGroup', 'BaseExceptionGroup') then
          jsonb_build_object('$', 'tuple', 'v', waymark.py_list(p_object #> '{args,1}')) end
        when 'message' then case when p_object ->> 'type' in ('ExceptionGroup', 'BaseExceptionGroup') then p_object #> '{args,0}' end
        else p_object -> 'attrs' -> v_name
      end;
    when 'enum' then
      v_value := case when v_name in ('name', 'value') then p_object -> v_name end;
    when 'timedelta' then
      v_value := p_object -> 'v' -> array_position('{days,seconds,microseconds}', v_name) - 1;
    when 'range' then
      v_value := p_object -> 'v' -> array_position('{start,stop,step}', v_name) - 1;
    when 'date', 'datetime', 'time' then
      v_value := waymark._py_time_field(p_object, v_name);
    else
      null;
  end case;
  if v_value is not null and not coalesce(p_object -> '$own' ? 'attr', false) then
    return v_value;
  elsif waymark._py_is_foreign(p_object) or waymark._py_has_attribute(v_kind, v_name) then
    return waymark._refuse(format('attribute %s of %s', v_name, waymark._py_type_name(p_object)), 'Return what you need of it from an action.');
  end if;
  return waymark._raise_python('AttributeError', format('''%s'' object has no attribute ''%s''', waymark._py_type_name(p_object), v_name));
end
$$;

comment on function waymark.py_getattr(jsonb, jsonb) is
  'The Python attribute access object.name.';
-- file: functions/python/py_getitem.sql
-- Subscription, p_object[p_key], by index or by key; slices are no values.
-- Raises: WM501 TypeError, IndexError, KeyError; WM502.
create or replace function waymark.py_getitem(p_object jsonb, p_key jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_kind text;
  v_item jsonb;
begin
  if jsonb_typeof(p_object) = 'array' and jsonb_typeof(p_key) = 'number' and scale(p_key::numeric) = 0 and abs(p_key::numeric) < 2147483648 then
    v_item := p_object -> p_key::int;
    if v_item is not null then
      return v_item;
    end if;
  elsif jsonb_typeof(p_key) = 'string' and jsonb_typeof(p_object) = 'object' and p_key <> '"$"'
        and (not p_object ? '$' or jsonb_typeof(p_object -> '$') = 'array') then
    v_item := p_object -> (p_key #>> '{}');
    if v_item is not null then
      return v_item;
    end if;
  end if;
  if waymark._is_paged(p_object) then
    return coalesce(waymark._paged_item(p_object, p_key), waymark.py_getitem(waymark._paged_whole(p_object), p_key));
  end if;
  v_kind := waymark._py_kind(p_object);
  if v_kind = 'dict' then
    v_item := waymark._py_lookup(p_object, p_key);
    if v_item is null then
      return waymark._raise_python('KeyError', waymark._py_repr(p_key), jsonb_build_array(p_key));
    end if;
    return v_item;
  elsif v_kind in ('list', 'tuple', 'str', 'bytes', 'range') then
    return waymark._py_index(v_kind, p_object, p_key);
  elsif waymark._py_is_foreign(p_object) then
    return waymark._refuse('a subscript of ' || waymark._py_type_name(p_object), 'Read the attributes, or do it in an action.');
  end if;
  return waymark._raise_python('TypeError', format('''%s'' object is not subscriptable', waymark._py_type_name(p_object)));
end
$$;

comment on function waymark.py_getitem(jsonb, jsonb) is
  'The Python subscription object[key].';
-- file: functions/python/py_getslice.sql
-- A slice, object[start:stop:step], of a list, tuple, str, bytes or range; an absent part is None.
-- Raises: WM502 for every other object, for parts that are no ints and for a step of zero.
create or replace function waymark.py_getslice(p_object jsonb, p_start jsonb, p_stop jsonb, p_step jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_object);
  v_items jsonb := case v_kind when 'list' then p_object when 'tuple' then p_object -> 'v' end;
  v_step numeric := case p_step when 'null' then 1 else waymark._py_int(p_step) end;
  v_length numeric;
  v_start numeric;
  v_stop numeric;
  v_count numeric;
begin
  v_length := case v_kind
    when 'list' then jsonb_array_length(v_items)
    when 'tuple' then jsonb_array_length(v_items)
    when 'str' then case jsonb_typeof(p_object) when 'string' then length(p_object #>> '{}') end
    when 'bytes' then octet_length(decode(p_object ->> 'v', 'base64'))
    when 'range' then waymark._py_range_length(p_object)
  end;
  if v_length is null or v_step = 0 or v_step is null then
    return waymark._py_inexact('a slice');
  elsif v_step > 0 then
    v_start := waymark._py_bound(p_start, v_length, 0, 0, v_length);
    v_stop := waymark._py_bound(p_stop, v_length, v_length, 0, v_length);
  else
    v_start := waymark._py_bound(p_start, v_length, v_length - 1, -1, v_length - 1);
    v_stop := waymark._py_bound(p_stop, v_length, -1, -1, v_length - 1);
  end if;
  if v_kind = 'range' then
    v_step := v_step * (p_object #> '{v,2}')::numeric;
    v_start := (p_object #> '{v,0}')::numeric + v_start * (p_object #> '{v,2}')::numeric;
    v_stop := (p_object #> '{v,0}')::numeric + v_stop * (p_object #> '{v,2}')::numeric;
    return jsonb_build_object('$', 'range', 'v', jsonb_build_array(v_start, v_stop, v_step));
  end if;
  v_count := greatest(0, div(v_stop - v_start + v_step - sign(v_step), v_step));
  if v_kind = 'str' or v_kind = 'bytes' then
    return waymark._py_slice_text(v_kind, p_object, v_start::int, v_count::int, v_step);
  elsif v_count = 0 then
    v_items := '[]';
  elsif v_step = 1 then
    v_items := jsonb_path_query_array(v_items, 'strict $[$first to $last]',
      jsonb_build_object('first', v_start, 'last', v_start + v_count - 1));
  else
    v_items := (select jsonb_agg(v_items -> (v_start + place.i * v_step)::int order by place.i)
                from generate_series(0, v_count::int - 1) as place (i));
  end if;
  return case v_kind when 'list' then v_items else jsonb_build_object('$', 'tuple', 'v', v_items) end;
end
$$;

comment on function waymark.py_getslice(jsonb, jsonb, jsonb, jsonb) is
  'The Python slice object[start:stop:step].';
-- file: functions/python/py_group_rest.sql
-- What leaves a `try` with `except*` in the end (waymark/worker/groups.py): an exception or None.
-- Raises: WM502, always: only CPython splits groups, whose classes may say how.
create or replace function waymark.py_group_rest(p_exception jsonb, p_left jsonb, p_again jsonb, p_raised jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse('except*', 'Handle the group in an action.');
end
$$;

comment on function waymark.py_group_rest(jsonb, jsonb, jsonb, jsonb) is
  'What leaves a try statement with except*.';
-- file: functions/python/py_group_split.sql
-- What an `except*` of these classes takes of an exception (waymark/worker/groups.py): the group or None, the places of its leaves, those left.
-- Raises: WM502, always: only CPython splits groups, whose classes may say how.
create or replace function waymark.py_group_split(p_exception jsonb, p_left jsonb, p_classes jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse('except*', 'Handle the group in an action.');
end
$$;

comment on function waymark.py_group_split(jsonb, jsonb, jsonb) is
  'What a handler of except* takes of an exception.';
-- file: functions/python/py_gt.sql
-- The Python operator >.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_gt(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' then
    return p_left > p_right;
  elsif jsonb_typeof(p_left) = 'string' and jsonb_typeof(p_right) = 'string' then
    return (p_left #>> '{}') collate "C" > (p_right #>> '{}');
  end if;
  return waymark._py_compare('>', p_left, p_right);
end
$$;

comment on function waymark.py_gt(jsonb, jsonb) is
  'The Python operator >.';
-- file: functions/python/py_handle.sql
-- The handle of a task or a semaphore; for what is none, the error of what was tried with it: to await it, to gather it, `async with`, or a method.
-- Raises: WM501 TypeError, AttributeError; WM502 for what may know how to do it.
create or replace function waymark.py_handle(p_value jsonb, p_kind jsonb, p_use jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_type text := waymark._py_type_name(p_value);
begin
  if jsonb_typeof(p_value) = 'object' and p_value -> '$' = p_kind then
    return p_value;
  elsif waymark._py_is_foreign(p_value) then
    return waymark._refuse(format('%s of a %s', p_use #>> '{}', v_type), 'Await tasks and calls only.');
  end if;
  return case p_use #>> '{}'
    when 'await' then waymark._raise_python('TypeError', format('object %s can''t be used in ''await'' expression', v_type))
    when 'gather' then waymark._raise_python('TypeError', 'An asyncio.Future, a coroutine or an awaitable is required')
    when 'async with' then
      waymark._raise_python('TypeError', format('''%s'' object does not support the asynchronous context manager protocol', v_type))
    else waymark._raise_python('AttributeError', format('''%s'' object has no attribute ''%s''', v_type, p_use #>> '{}')) end;
end
$$;

comment on function waymark.py_handle(jsonb, jsonb, jsonb) is
  'The handle of a task or a semaphore.';
-- file: functions/python/py_has_fired.sql
-- Whether an open scope has fired: the one thing that step functions ask the tables. Its task is being stepped, so that the caller has the body of the run
-- locked, without which no scope fires.
create or replace function waymark.py_has_fired(p_scope jsonb) returns boolean
language plpgsql stable as $$
begin
  return exists (select from waymark.scopes s where s.scope_no = p_scope::int and s.fired);
end
$$;
comment on function waymark.py_has_fired(jsonb) is
  'Whether a scope has fired.';
-- file: functions/python/py_in.sql
-- The Python operator `in`.
-- Raises: WM501 TypeError, ValueError; WM502.
create or replace function waymark.py_in(p_item jsonb, p_container jsonb) returns boolean
language plpgsql stable
as $$
declare
  v_kind text;
begin
  if jsonb_typeof(p_container) = 'array' then
    return waymark._py_in_array(p_item, p_container);
  elsif jsonb_typeof(p_container) = 'string' and jsonb_typeof(p_item) = 'string' then
    return strpos(p_container #>> '{}', p_item #>> '{}') > 0;
  end if;
  if waymark._is_paged(p_container) then
    return p_container ->> 'kind' = 'dict' and waymark._paged_item(p_container, p_item) is not null
      or not (p_container ->> 'kind' = 'dict' and waymark._paged_is_key(p_item)) and waymark.py_in(p_item, waymark._paged_whole(p_container));
  end if;
  v_kind := waymark._py_kind(p_container);
  case v_kind
    when 'dict' then
      return waymark._py_lookup(p_container, p_item) is not null;
    when 'set', 'frozenset' then
      if jsonb_typeof(p_item) in ('string', 'number') and p_container -> 'v' @> p_item then
        return true;
      elsif waymark._py_kind(p_item) = 'set' then
        return waymark._py_position(p_container -> 'v', jsonb_set(p_item, '{$}', '"frozenset"')) is not null;
      end if;
      return waymark._py_position(p_container -> 'v', p_item) is not null;
    when 'tuple' then
      return waymark._py_in_array(p_item, p_container -> 'v');
    when 'str' then
      if waymark._py_kind(p_item) = 'enum' then
        perform waymark._refuse('an Enum member in a string', 'Use the member''s .value.');
      elsif waymark._py_kind(p_item) <> 'str' then
        perform waymark._raise_python('TypeError', format(
          '''in <string>'' requires string as left operand, not %s', waymark._py_type_name(p_item)));
      end if;
      return position(waymark._py_to_utf8(p_item) in waymark._py_to_utf8(p_container)) > 0;
    when 'bytes' then
      return waymark._py_in_bytes(p_item, decode(p_container ->> 'v', 'base64'));
    when 'range' then
      return waymark._py_in_range(p_item, p_container);
    else
      if waymark._py_is_foreign(p_container) then
        perform waymark._refuse('`in` a ' || waymark._py_type_name(p_container), 'Test it in an action.');
      end if;
      perform waymark._raise_python('TypeError', format('argument of type ''%s'' is not iterable', waymark._py_type_name(p_container)));
      return null;
  end case;
end
$$;

comment on function waymark.py_in(jsonb, jsonb) is
  'The Python operator in.';
-- file: functions/python/py_inplace.sql
-- An augmented assignment (x += y and its kind) of the operator waymark.py_<p_operator>: its result where the left side is immutable. A mutable one
-- would change in place, for every name it has. CPython's messages name the augmented operator where no type supports it.
-- Raises: WM501, WM502 as the operator; WM502 for lists, dicts, sets and instances of users' classes.
create or replace function waymark.py_inplace(p_operator jsonb, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_detail text;
  v_symbol text;
begin
  if p_operator = '"add"' and jsonb_typeof(p_left) in ('number', 'string') and jsonb_typeof(p_left) = jsonb_typeof(p_right) then
    return waymark.py_add(p_left, p_right);
  elsif jsonb_typeof(p_left) not in ('number', 'string') and waymark._py_kind(p_left) in ('list', 'dict', 'set', 'object', 'opaque') then
    return waymark._refuse(
      'an augmented assignment to a ' || waymark._py_type_name(p_left) || ', which would change it for every name it has',
      'Write `xs = xs + [...]` instead of `xs += [...]`.');
  end if;
  begin
    return case p_operator #>> '{}'
      when 'add' then waymark.py_add(p_left, p_right)
      when 'sub' then waymark.py_sub(p_left, p_right)
      when 'mul' then waymark.py_mul(p_left, p_right)
      when 'truediv' then waymark.py_truediv(p_left, p_right)
      when 'floordiv' then waymark.py_floordiv(p_left, p_right)
      when 'mod' then waymark.py_mod(p_left, p_right)
      when 'pow' then waymark.py_pow(p_left, p_right)
      when 'lshift' then waymark.py_lshift(p_left, p_right)
      when 'rshift' then waymark.py_rshift(p_left, p_right)
      when 'bitand' then waymark.py_bitand(p_left, p_right)
      when 'bitor' then waymark.py_bitor(p_left, p_right)
      when 'bitxor' then waymark.py_bitxor(p_left, p_right)
    end;
  exception when sqlstate 'WM501' then
    get stacked diagnostics v_detail = pg_exception_detail;
    -- A sequence that cannot be repeated is not even asked whether the right side can.
    v_symbol := case when p_operator = '"mul"' and waymark._py_kind(p_left) in ('range', 'frozenset') then '*'
                     else substring(v_detail::jsonb ->> 'message' from '^unsupported operand type\(s\) for ([^ :]+)') end;
    if v_symbol is null then
      raise;
    end if;
    return waymark._raise_python('TypeError', format('unsupported operand type(s) for %s=: ''%s'' and ''%s''',
      v_symbol, waymark._py_type_name(p_left), waymark._py_type_name(p_right)));
  end;
end
$$;

comment on function waymark.py_inplace(jsonb, jsonb, jsonb) is
  'The result of an augmented assignment, refused when its left side is mutable.';
-- file: functions/python/py_invert.sql
-- The Python operator ~.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_invert(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_value) is not null then
    return to_jsonb(-1 - waymark._py_int(p_value));
  end if;
  return waymark._py_unsupported_unary('~', p_value);
end
$$;

comment on function waymark.py_invert(jsonb) is
  'The Python operator ~.';
-- file: functions/python/py_is.sql
-- The Python operator `is`, where one side is None, True, False, a class or the ellipsis; the identity of other values is not kept.
-- Raises: WM502 for any others.
create or replace function waymark.py_is(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_left) in ('null', 'boolean') or jsonb_typeof(p_right) in ('null', 'boolean') then
    return p_left = p_right;
  elsif '{class,ellipsis}' ::text[] @> array[waymark._py_kind(p_left)] or '{class,ellipsis}' ::text[] @> array[waymark._py_kind(p_right)] then
    return p_left = p_right;
  end if;
  perform waymark._refuse('`is` between values other than None, True and False', 'Use ==.');
  return null;
end
$$;

comment on function waymark.py_is(jsonb, jsonb) is
  'The Python operator is, for None, True, False, classes and the ellipsis.';
-- file: functions/python/py_is_none.sql
-- Whether a value is None.
create or replace function waymark.py_is_none(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return jsonb_typeof(p_value) = 'null';
end
$$;

comment on function waymark.py_is_none(jsonb) is
  'Whether a Python value is None.';
-- file: functions/python/py_is_object.sql
-- Whether a value is an object of the task's heap.
create or replace function waymark.py_is_object(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return waymark._heap_is_reference(p_value);
end
$$;

comment on function waymark.py_is_object(jsonb) is
  'Whether a value is an object of the heap.';
-- file: functions/python/py_iter.sql
-- What a `for` loop walks: an array, which is walked as it is, or a range or pages, which stay lazy. waymark._py_iterate takes its elements one by one; a
-- comprehension takes them all, as jsonb_array_elements(waymark.py_list(x)).
-- Raises: WM501 TypeError; WM502 for sets of more than one element, whose order CPython does not define, and for users' classes.
create or replace function waymark.py_iter(p_value jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_kind text;
begin
  if jsonb_typeof(p_value) = 'array' then
    return p_value;
  end if;
  v_kind := waymark._py_kind(p_value);
  case v_kind
    when 'range' then
      return p_value;
    when 'paged' then
      return case when p_value ->> 'kind' = 'dict' then waymark.py_iter(waymark._paged_whole(p_value)) else p_value end;
    when 'tuple', 'iterator' then
      return p_value -> 'v';
    when 'dict' then
      return case
        when p_value ->> '$' = 'dict' then jsonb_path_query_array(p_value, '$.v[*][0]')
        when p_value ? '$' then p_value -> '$'
        else coalesce((select jsonb_agg(entry.key) from jsonb_object_keys(p_value) as entry (key)), '[]')
      end;
    when 'str' then
      return waymark._py_characters(p_value);
    when 'bytes' then
      return coalesce((
        select jsonb_agg(get_byte(content.value, place.i) order by place.i)
        from (values (decode(p_value ->> 'v', 'base64'))) as content (value), generate_series(0, length(content.value) - 1) as place (i)
      ), '[]');
    when 'set', 'frozenset' then
      if jsonb_array_length(p_value -> 'v') > 1
         and exists (select from jsonb_array_elements(p_value -> 'v') as element where waymark._py_kind(element) <> 'task') then
        return waymark._refuse('the order of a set''s elements', 'Keep a list, or return a sorted one from an action.');
      end if;
      return p_value -> 'v';
    else
      if waymark._py_is_foreign(p_value) then
        return waymark._refuse('iteration over ' || waymark._py_type_name(p_value), 'Return a list from an action.');
      end if;
      return waymark._raise_python('TypeError', format('''%s'' object is not iterable', waymark._py_type_name(p_value)));
  end case;
end
$$;

comment on function waymark.py_iter(jsonb) is
  'What a Python for loop over a value walks: an array or a range.';
-- file: functions/python/py_le.sql
-- The Python operator <=.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_le(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' then
    return p_left <= p_right;
  elsif jsonb_typeof(p_left) = 'string' and jsonb_typeof(p_right) = 'string' then
    return (p_left #>> '{}') collate "C" <= (p_right #>> '{}');
  end if;
  return waymark._py_compare('<=', p_left, p_right);
end
$$;

comment on function waymark.py_le(jsonb, jsonb) is
  'The Python operator <=.';
-- file: functions/python/py_list.sql
-- The list of an iterable's elements. For a list it is the value itself, so jsonb_array_elements(waymark.py_list(x)) walks any iterable at the
-- price of one call.
-- Raises: WM501 TypeError; WM502 as waymark.py_iter, and for a range of more than 1,000,000 elements.
create or replace function waymark.py_list(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_iterator jsonb;
begin
  if jsonb_typeof(p_value) = 'array' then
    return p_value;
  end if;
  v_iterator := waymark.py_iter(p_value);
  if jsonb_typeof(v_iterator) = 'array' then
    return v_iterator;
  elsif waymark._py_range_length(v_iterator) > 1000000 then
    return waymark._refuse('a list of more than 1,000,000 elements from a range', 'Loop over the range with for.');
  end if;
  return coalesce((
    select jsonb_agg((v_iterator #> '{v,0}')::numeric + place.i * (v_iterator #> '{v,2}')::numeric order by place.i)
    from generate_series(0, waymark._py_range_length(v_iterator)::int - 1) as place (i)
  ), '[]');
end
$$;

comment on function waymark.py_list(jsonb) is
  'The Python list of an iterable''s elements.';
-- file: functions/python/py_list_append.sql
-- A list and one more element at its end; only for lists no other name can reach.
create or replace function waymark.py_list_append(p_list jsonb, p_item jsonb) returns jsonb
language plpgsql stable
as $$
begin
  if jsonb_typeof(p_list) = 'object' then
    return waymark._paged_append(p_list, jsonb_build_array(p_item));
  end if;
  return p_list || jsonb_build_array(p_item);
end
$$;

comment on function waymark.py_list_append(jsonb, jsonb) is
  'A list with one more element at its end.';
-- file: functions/python/py_lshift.sql
-- The Python operator <<.
-- Raises: WM501 TypeError, ValueError; WM502.
create or replace function waymark.py_lshift(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left numeric := waymark._py_int(p_left);
  v_right numeric := waymark._py_int(p_right);
begin
  if v_left is null or v_right is null then
    return waymark._py_unsupported('<<', p_left, p_right);
  elsif v_right < 0 then
    return waymark._raise_python('ValueError', 'negative shift count');
  elsif v_left = 0 then
    return '0'::jsonb;
  end if;
  return waymark._py_integer('*', v_left, waymark._py_power(2, v_right));
end
$$;

comment on function waymark.py_lshift(jsonb, jsonb) is
  'The Python operator <<.';
-- file: functions/python/py_lt.sql
-- The Python operator <.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_lt(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' then
    return p_left < p_right;
  elsif jsonb_typeof(p_left) = 'string' and jsonb_typeof(p_right) = 'string' then
    return (p_left #>> '{}') collate "C" < (p_right #>> '{}');
  end if;
  return waymark._py_compare('<', p_left, p_right);
end
$$;

comment on function waymark.py_lt(jsonb, jsonb) is
  'The Python operator <.';
-- file: functions/python/py_match_keys.sql
-- The values that a mapping has for the keys of a pattern, as a list; None when the value is no mapping or lacks one of them.
-- Raises: WM501 ValueError for a key that stands twice, TypeError for an unhashable one; WM502 where the value's class may be a mapping itself.
create or replace function waymark.py_match_keys(p_value jsonb, p_keys jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_found jsonb := jsonb '[]';
  v_value jsonb;
begin
  if waymark._py_kind(p_value) <> 'dict' then
    if waymark._py_may_contain(p_value) then
      return waymark._refuse(format('a mapping pattern for %s', waymark._py_type_name(p_value)), 'Compute it in an action.');
    end if;
    return jsonb 'null';
  elsif jsonb_array_length(waymark._py_pairs(p_value)) < jsonb_array_length(p_keys) then
    return jsonb 'null';
  end if;
  for v_place in 0 .. jsonb_array_length(p_keys) - 1 loop
    if waymark._py_position(p_keys, p_keys -> v_place) < v_place then
      return waymark._raise_python('ValueError', format('mapping pattern checks duplicate key (%s)', waymark._py_repr(p_keys -> v_place)));
    end if;
    v_value := waymark._py_lookup(p_value, p_keys -> v_place);
    if v_value is null then
      return jsonb 'null';
    end if;
    v_found := v_found || jsonb_build_array(v_value);
  end loop;
  return v_found;
end
$$;

comment on function waymark.py_match_keys(jsonb, jsonb) is
  'The values of a mapping for the keys of a pattern, or None.';
-- file: functions/python/py_match_rest.sql
-- A mapping without the keys of a pattern, which it has: what `**rest` captures.
create or replace function waymark.py_match_rest(p_value jsonb, p_keys jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark.py_dict(coalesce((
    select jsonb_agg(pair.value order by pair.position)
    from jsonb_array_elements(waymark._py_pairs(p_value)) with ordinality as pair (value, position)
    where waymark._py_position(p_keys, pair.value -> 0) is null), '[]'));
end
$$;

comment on function waymark.py_match_rest(jsonb, jsonb) is
  'A mapping without the keys of a pattern.';
-- file: functions/python/py_match_sequence.sql
-- Whether a value is a sequence to a pattern (lists, tuples and ranges are; strings and bytes are not) of p_count elements, or of as many at least.
-- Raises: WM502 where the value's class may be a sequence itself.
create or replace function waymark.py_match_sequence(p_value jsonb, p_count jsonb, p_open jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_length numeric;
begin
  case v_kind
    when 'list' then
      v_length := jsonb_array_length(p_value);
    when 'tuple' then
      v_length := jsonb_array_length(p_value -> 'v');
    when 'range' then
      v_length := waymark._py_range_length(p_value);
    else
      if waymark._py_may_contain(p_value) then
        perform waymark._refuse(format('a sequence pattern for %s', waymark._py_type_name(p_value)), 'Compute it in an action.');
      end if;
      return false;
  end case;
  return case when p_open = 'true' then v_length >= p_count::int else v_length = p_count::int end;
end
$$;

comment on function waymark.py_match_sequence(jsonb, jsonb, jsonb) is
  'Whether a value is a sequence of so many elements to a pattern.';
-- file: functions/python/py_merge.sql
-- What ** does: the items of a dict and those of a second one after them; in a display (p_callee is None) a key keeps its first place and takes its last
-- value, in a call, where p_callee is the name of the function, it must not come twice.
-- Raises: WM502 for a right side that is no dict, and in a call for a key that is no string or comes twice.
create or replace function waymark.py_merge(p_left jsonb, p_right jsonb, p_callee jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_dict jsonb;
begin
  if waymark._py_kind(p_right) <> 'dict' then
    return waymark._py_inexact('**');
  end if;
  v_dict := case '{}'::jsonb when p_left then p_right when p_right then p_left
    else waymark.py_dict(waymark._py_pairs(p_left) || waymark._py_pairs(p_right)) end;
  if p_callee <> 'null' and (v_dict ->> '$' = 'dict' or jsonb_array_length(waymark.py_iter(v_dict))
     < jsonb_array_length(waymark.py_iter(p_left)) + jsonb_array_length(waymark.py_iter(p_right))) then
    return waymark._py_inexact('**');
  end if;
  return v_dict;
end
$$;

comment on function waymark.py_merge(jsonb, jsonb, jsonb) is
  'The items that ** adds to a dict display or to the keywords of a call.';
-- file: functions/python/py_method.sql
-- A call of a method without effect (waymark/ir/library.py): arguments are a list, keyword arguments a dict. Dispatches on the receiver and the name;
-- what is not here, CPython computes.
-- Raises: WM502 for every method that has no exact form here.
create or replace function waymark.py_method(p_receiver jsonb, p_name jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse(format('%s.%s()', waymark._py_type_name(p_receiver), p_name #>> '{}'), 'Compute it in an action.');
end
$$;

comment on function waymark.py_method(jsonb, jsonb, jsonb, jsonb) is
  'The call of a Python method that changes nothing.';
-- file: functions/python/py_mod.sql
-- The Python operator %, the remainder with the sign of the divisor; or the formatting of a string.
-- Raises: WM501 TypeError, ZeroDivisionError ('float modulo by zero' as from Python 3.12 on), OverflowError; WM502.
create or replace function waymark.py_mod(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
  v_dividend numeric;
  v_divisor numeric;
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) = 0 and scale(p_right::numeric) = 0
     and p_left::numeric >= 0 and p_right::numeric > 0 then
    return to_jsonb(mod(p_left::numeric, p_right::numeric));
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    v_dividend := waymark._py_int(p_left);
    v_divisor := waymark._py_int(p_right);
    if v_divisor = 0 then
      return waymark._raise_python('ZeroDivisionError', 'integer modulo by zero');
    end if;
    v_dividend := mod(v_dividend, v_divisor);
    return to_jsonb(case when v_dividend <> 0 and (v_dividend < 0) <> (v_divisor < 0) then v_dividend + v_divisor else v_dividend end);
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    if waymark._py_to_float(p_left) is not null and waymark._py_to_float(p_right) = 0 then
      return waymark._raise_python('ZeroDivisionError', 'float modulo by zero');
    end if;
    return waymark._py_from_float((waymark._py_float_divmod(waymark._py_to_float(p_left), waymark._py_to_float(p_right))).remainder);
  elsif jsonb_typeof(p_left) = 'string' and v_right in ('tuple', 'int', 'float', 'str', 'bool', 'NoneType', 'decimal', 'date', 'datetime', 'uuid') then
    return waymark._py_percent(p_left #>> '{}', case v_right when 'tuple' then p_right -> 'v' else jsonb_build_array(p_right) end);
  elsif v_left in ('str', 'bytes') then
    return waymark._refuse(v_left || ' formatting with %', 'Use an f-string, or format in an action.');
  end if;
  return waymark._py_unsupported('%', p_left, p_right);
end
$$;

comment on function waymark.py_mod(jsonb, jsonb) is
  'The Python operator %.';
-- file: functions/python/py_mul.sql
-- The Python operator *.
-- Raises: WM501 TypeError, OverflowError; WM502.
create or replace function waymark.py_mul(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) = 0 and scale(p_right::numeric) = 0
     and abs(p_left::numeric) < 1e65000 and abs(p_right::numeric) < 1e65000 then
    return to_jsonb(p_left::numeric * p_right::numeric);
  elsif jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) + scale(p_right::numeric) between 1 and 100
        and abs(p_left::numeric) < 1e100 and abs(p_right::numeric) < 1e100 then
    return waymark._py_from_float(p_left::numeric::float8 * p_right::numeric::float8);
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    return waymark._py_integer('*', waymark._py_int(p_left), waymark._py_int(p_right));
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    return waymark._py_from_float(waymark._py_float_mul(waymark._py_to_float(p_left), waymark._py_to_float(p_right)));
  elsif v_left in ('str', 'list', 'tuple', 'bytes') and not waymark._py_is_open(p_right) then
    return waymark._py_repeat(v_left, p_left, p_right);
  elsif v_right in ('str', 'list', 'tuple', 'bytes') and not waymark._py_is_open(p_left) then
    return waymark._py_repeat(v_right, p_right, p_left);
  elsif v_left in ('decimal', 'timedelta', 'date', 'datetime') or v_right in ('decimal', 'timedelta', 'date', 'datetime') then
    return waymark._py_quantity('*', p_left, p_right);
  end if;
  return waymark._py_unsupported('*', p_left, p_right);
end
$$;

comment on function waymark.py_mul(jsonb, jsonb) is
  'The Python operator *.';
-- file: functions/python/py_ne.sql
-- The Python operator !=.
-- Raises: WM502 where equality depends on identity or on code the engine does not know.
create or replace function waymark.py_ne(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_left) in ('number', 'string', 'null') and jsonb_typeof(p_right) in ('number', 'string', 'null') then
    return p_left <> p_right;
  end if;
  return not waymark._py_equal(p_left, p_right, false);
end
$$;

comment on function waymark.py_ne(jsonb, jsonb) is
  'The Python operator !=.';
-- file: functions/python/py_neg.sql
-- The Python operator - with one operand.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_neg(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_value) is not null then
    return to_jsonb(- waymark._py_int(p_value));
  elsif waymark._py_to_float(p_value) is not null then
    return waymark._py_from_float(- waymark._py_to_float(p_value));
  end if;
  return waymark._py_unsupported_unary('-', p_value);
end
$$;

comment on function waymark.py_neg(jsonb) is
  'The Python operator - with one operand.';
-- file: functions/python/py_not_in.sql
-- The Python operator `not in`.
-- Raises: WM501 TypeError, ValueError; WM502.
create or replace function waymark.py_not_in(p_item jsonb, p_container jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return not waymark.py_in(p_item, p_container);
end
$$;

comment on function waymark.py_not_in(jsonb, jsonb) is
  'The Python operator not in.';
-- file: functions/python/py_outcome.sql
-- What task.result() gives or raises, from the outcome of the task in a `wait` node.
-- Raises: WM501 (the task's exception, CancelledError, InvalidStateError).
create or replace function waymark.py_outcome(p_outcome jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  case p_outcome ->> 0
    when 'returned' then
      return p_outcome -> 1;
    when 'raised' then
      perform waymark._raise_value(p_outcome -> 1);
    when 'cancelled' then
      perform waymark._raise_value(waymark.py_exception(
        '"asyncio.exceptions:CancelledError"', '["asyncio.exceptions:CancelledError", "BaseException", "object"]', '[]'));
    else
      perform waymark._raise_value(waymark.py_exception(
        '"asyncio.exceptions:InvalidStateError"', '["asyncio.exceptions:InvalidStateError", "Exception", "BaseException", "object"]',
        '["Result is not set."]'));
  end case;
  return null;
end
$$;

comment on function waymark.py_outcome(jsonb) is
  'The result of a task, or its exception raised.';
-- file: functions/python/py_pos.sql
-- The Python operator + with one operand.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_pos(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_value) is not null then
    return to_jsonb(waymark._py_int(p_value));
  elsif waymark._py_to_float(p_value) is not null then
    return p_value;
  end if;
  return waymark._py_unsupported_unary('+', p_value);
end
$$;

comment on function waymark.py_pos(jsonb) is
  'The Python operator + with one operand.';
-- file: functions/python/py_pow.sql
-- The Python operator **.
-- Raises: WM501 TypeError, ZeroDivisionError, OverflowError; WM502 (complex results, ints of more than 131072 digits, …).
create or replace function waymark.py_pow(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text := waymark._py_kind(p_left);
  v_right text := waymark._py_kind(p_right);
begin
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') and waymark._py_int(p_right) >= 0 then
    return to_jsonb(waymark._py_power(waymark._py_int(p_left), waymark._py_int(p_right)));
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    return waymark._py_from_float(waymark._py_float_pow(waymark._py_to_float(p_left), waymark._py_to_float(p_right)));
  end if;
  return waymark._py_unsupported('** or pow()', p_left, p_right);
end
$$;

comment on function waymark.py_pow(jsonb, jsonb) is
  'The Python operator **.';
-- file: functions/python/py_range.sql
-- range(start, stop, step).
-- Raises: WM501 TypeError, ValueError; WM502 for an Enum member or a user's class, which may be an int.
create or replace function waymark.py_range(p_start jsonb, p_stop jsonb, p_step jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_bound jsonb;
begin
  if jsonb_typeof(p_start) = 'number' and jsonb_typeof(p_stop) = 'number' and jsonb_typeof(p_step) = 'number'
     and scale(p_start::numeric) = 0 and scale(p_stop::numeric) = 0 and scale(p_step::numeric) = 0 and p_step <> '0' then
    return jsonb_build_object('$', 'range', 'v', jsonb_build_array(p_start, p_stop, p_step));
  end if;
  foreach v_bound in array array[p_start, p_stop, p_step] loop
    if waymark._py_int(v_bound) is null then
      if waymark._py_is_foreign(v_bound) then
        return waymark._refuse('a range of ' || waymark._py_type_name(v_bound), 'Use an int.');
      end if;
      return waymark._raise_python('TypeError', format(
        '''%s'' object cannot be interpreted as an integer', waymark._py_type_name(v_bound)));
    end if;
  end loop;
  if waymark._py_int(p_step) = 0 then
    return waymark._raise_python('ValueError', 'range() arg 3 must not be zero');
  end if;
  return jsonb_build_object('$', 'range', 'v', jsonb_build_array(
    waymark._py_int(p_start), waymark._py_int(p_stop), waymark._py_int(p_step)));
end
$$;

comment on function waymark.py_range(jsonb, jsonb, jsonb) is
  'The Python range(start, stop, step).';
-- file: functions/python/py_rshift.sql
-- The Python operator >>.
-- Raises: WM501 TypeError, ValueError; WM502.
create or replace function waymark.py_rshift(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left numeric := waymark._py_int(p_left);
  v_right numeric := waymark._py_int(p_right);
  v_divisor numeric;
begin
  if v_left is null or v_right is null then
    return waymark._py_unsupported('>>', p_left, p_right);
  elsif v_right < 0 then
    return waymark._raise_python('ValueError', 'negative shift count');
  elsif v_right > 435412 then
    -- 2**435412 has 131073 digits: more than any int the engine holds.
    return case when v_left < 0 then '-1'::jsonb else '0'::jsonb end;
  end if;
  v_divisor := waymark._py_power(2, v_right);
  return to_jsonb(div(v_left, v_divisor) - case when v_left < 0 and mod(v_left, v_divisor) <> 0 then 1 else 0 end);
end
$$;

comment on function waymark.py_rshift(jsonb, jsonb) is
  'The Python operator >>.';
-- file: functions/python/py_self_attribute.sql
-- The attribute of a workflow's instance, whose attributes are a dict.
-- Raises: WM501 AttributeError.
create or replace function waymark.py_self_attribute(p_self jsonb, p_name jsonb, p_class jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return coalesce(waymark._py_lookup(p_self, p_name), waymark._raise_python('AttributeError',
    format('''%s'' object has no attribute ''%s''', p_class #>> '{}', p_name #>> '{}')));
end
$$;

comment on function waymark.py_self_attribute(jsonb, jsonb, jsonb) is
  'The attribute of a workflow''s instance.';
-- file: functions/python/py_spread.sql
-- What * spreads: the list of an iterable's elements. p_callee is the name of the function whose arguments they are, None in a display: CPython names
-- it in its error.
-- Raises: WM502 for what cannot be iterated, and as waymark.py_list.
create or replace function waymark.py_spread(p_iterable jsonb, p_callee jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_iterable) = 'array' then
    return p_iterable;
  elsif waymark._py_kind(p_iterable) not in ('tuple', 'dict', 'str', 'range', 'set', 'frozenset', 'bytes', 'iterator') then
    return waymark._py_inexact('* in ' || coalesce(p_callee #>> '{}', 'a display'));
  end if;
  return waymark.py_list(p_iterable);
end
$$;

comment on function waymark.py_spread(jsonb, jsonb) is
  'The elements that * spreads in a display or a call.';
-- file: functions/python/py_sub.sql
-- The Python operator -.
-- Raises: WM501 TypeError, OverflowError; WM502.
create or replace function waymark.py_sub(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) = 0 and scale(p_right::numeric) = 0
     and abs(p_left::numeric) < 1e65000 and abs(p_right::numeric) < 1e65000 then
    return to_jsonb(p_left::numeric - p_right::numeric);
  elsif jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) + scale(p_right::numeric) between 1 and 100
        and abs(p_left::numeric) < 1e100 and abs(p_right::numeric) < 1e100 then
    return waymark._py_from_float(p_left::numeric::float8 - p_right::numeric::float8);
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    return waymark._py_integer('-', waymark._py_int(p_left), waymark._py_int(p_right));
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    return waymark._py_from_float(waymark._py_float_add(waymark._py_to_float(p_left), - waymark._py_to_float(p_right)));
  elsif v_left in ('set', 'frozenset') and v_right in ('set', 'frozenset') then
    return waymark._py_set_operation('-', p_left, p_right);
  elsif v_left in ('decimal', 'timedelta', 'date', 'datetime') or v_right in ('decimal', 'timedelta', 'date', 'datetime') then
    return waymark._py_quantity('-', p_left, p_right);
  end if;
  return waymark._py_unsupported('-', p_left, p_right);
end
$$;

comment on function waymark.py_sub(jsonb, jsonb) is
  'The Python operator -.';
-- file: functions/python/py_task_list.sql
-- What asyncio.wait and its like are given, as a list of handles, each once. The order of a set of tasks, which CPython leaves open, is that of creation.
-- Raises: WM501 TypeError.
create or replace function waymark.py_task_list(p_tasks jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_tasks);
begin
  if v_kind = 'task' then
    return waymark._raise_python('TypeError', 'expect a list of futures, not Task');
  end if;
  return coalesce((
    select jsonb_agg(task.value order by case when v_kind in ('set', 'frozenset') then (task.value ->> 'v')::bigint end, task.first)
    from (
      select item.value, min(item.position) as first
      from jsonb_array_elements(case when v_kind in ('set', 'frozenset') then p_tasks -> 'v' else waymark.py_list(p_tasks) end)
        with ordinality as item (value, position)
      group by item.value
    ) as task
    where waymark._check_handle(task.value, 'task') is not null
  ), '[]');
end
$$;

comment on function waymark.py_task_list(jsonb) is
  'The handles of an iterable of tasks, each once.';
-- file: functions/python/py_task_sets.sql
-- The result of asyncio.wait, from a list of handles and the outcomes of a `wait` node: (those that have ended, those that have not).
create or replace function waymark.py_task_sets(p_tasks jsonb, p_outcomes jsonb) returns jsonb
language sql stable parallel safe
return (
  select jsonb_build_object('$', 'tuple', 'v', jsonb_build_array(
    jsonb_build_object('$', 'set', 'v', coalesce(jsonb_agg(task.value order by task.value::text) filter (where outcome.value ->> 0 <> 'pending'), '[]')),
    jsonb_build_object('$', 'set', 'v', coalesce(jsonb_agg(task.value order by task.value::text) filter (where outcome.value ->> 0 = 'pending'), '[]'))))
  from jsonb_array_elements(p_tasks) with ordinality as task (value, position)
  join jsonb_array_elements(p_outcomes) with ordinality as outcome (value, position) using (position)
);

comment on function waymark.py_task_sets(jsonb, jsonb) is
  'The sets of the tasks that have ended and of those that have not.';
-- file: functions/python/py_task_split.sql
-- For asyncio.as_completed, from a list of handles and the outcomes of a `wait` node: the outcomes of those that have ended, in the order in which
-- they did, and the handles of the others.
create or replace function waymark.py_task_split(p_tasks jsonb, p_outcomes jsonb) returns jsonb
language sql stable parallel safe
return (
  select jsonb_build_array(
    coalesce(jsonb_agg(outcome.value order by (outcome.value ->> 2)::numeric, outcome.position) filter (where outcome.value ->> 0 <> 'pending'), '[]'),
    coalesce(jsonb_agg(task.value order by task.position) filter (where outcome.value ->> 0 = 'pending'), '[]'))
  from jsonb_array_elements(p_tasks) with ordinality as task (value, position)
  join jsonb_array_elements(p_outcomes) with ordinality as outcome (value, position) using (position)
);

comment on function waymark.py_task_split(jsonb, jsonb) is
  'The outcomes of the tasks that have ended, and the other tasks.';
-- file: functions/python/py_truediv.sql
-- The Python operator /.
-- Raises: WM501 TypeError, ZeroDivisionError, OverflowError; WM502.
create or replace function waymark.py_truediv(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) = 0 and scale(p_right::numeric) = 0
     and abs(p_left::numeric) <= 9007199254740992 and p_right::numeric between 1 and 9007199254740992 then
    return waymark._py_from_float(p_left::numeric::float8 / p_right::numeric::float8);
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    return waymark._py_divide(waymark._py_int(p_left), waymark._py_int(p_right));
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    if waymark._py_to_float(p_left) is not null and waymark._py_to_float(p_right) = 0 then
      return waymark._raise_python('ZeroDivisionError', 'float division by zero');
    end if;
    return waymark._py_from_float(waymark._py_float_div(waymark._py_to_float(p_left), waymark._py_to_float(p_right)));
  end if;
  return waymark._py_unsupported('/', p_left, p_right);
end
$$;

comment on function waymark.py_truediv(jsonb, jsonb) is
  'The Python operator /.';
-- file: functions/python/py_truth.sql
-- The truth of a value, as `if` sees it. Instances of users' classes are true, unless the class says more of it.
-- Raises: WM502 for a class with its own __bool__ or __len__, and for an Enum member with a false value, whose class may derive from that value's type.
create or replace function waymark.py_truth(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'boolean' then
      return p_value::boolean;
    when 'string' then
      return p_value <> '""';
    when 'number' then
      return p_value <> '0';
    when 'array' then
      return p_value <> '[]';
    when 'null' then
      return false;
    else
      null;
  end case;
  case waymark._py_kind(p_value)
    when 'dict' then
      return p_value <> '{}';
    when 'tuple', 'set', 'frozenset' then
      return p_value -> 'v' <> '[]';
    when 'bytes' then
      return p_value ->> 'v' <> '';
    when 'float', 'decimal' then
      return waymark._py_number(p_value) <> 0;
    when 'paged' then
      return p_value -> 'length' <> '0';
    when 'range' then
      return waymark._py_range_length(p_value) > 0;
    when 'timedelta' then
      return p_value -> 'v' <> '[0, 0, 0]';
    when 'enum', 'object', 'exception' then
      if waymark._py_has_own(p_value, 'truth') then
        perform waymark._refuse(format('the truth of %s, which its class defines itself', waymark._py_type_name(p_value)),
          'Compare with None, or test an attribute.');
      elsif waymark._py_kind(p_value) = 'enum' and not waymark.py_truth(p_value -> 'value') then
        perform waymark._refuse('the truth of an Enum member with a false value', 'Test the member''s .value, or compare with None.');
      end if;
      return true;
    when 'opaque', 'iterator', 'class', 'complex' then
      perform waymark._refuse('the truth of an iterator, a class, or of a value that could not be encoded', 'Compare with None.');
    else
      null;
  end case;
  return true;
end
$$;

comment on function waymark.py_truth(jsonb) is
  'The truth of a Python value.';
-- file: functions/python/py_type_name.sql
-- The `__name__` of a value's type.
-- Raises: WM502 where the encoding does not say it: what could not be encoded, and generic models.
create or replace function waymark.py_type_name(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_name text := regexp_replace(waymark._py_type_name(p_value), '^(datetime|decimal|zoneinfo)\.', '');
begin
  if v_kind in ('opaque', 'callable', 'class', 'iterator') or v_name ~ '[^\w]' or position('[' in coalesce(p_value ->> 'type', p_value ->> '$', '')) > 0 then
    return waymark._refuse('type()', 'Compute it in an action.');
  end if;
  return to_jsonb(v_name);
end
$$;

comment on function waymark.py_type_name(jsonb) is
  'The name of a value''s type.';
-- file: functions/python/py_unpack.sql
-- The elements of an iterable that is unpacked to p_count targets, as a list of exactly that many.
-- Raises: WM501 TypeError, ValueError; WM502 as waymark.py_iter.
create or replace function waymark.py_unpack(p_value jsonb, p_count jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_count int := p_count::int;
  v_kind text;
  v_length numeric;
begin
  if jsonb_typeof(p_value) = 'array' and jsonb_array_length(p_value) = v_count then
    return p_value;
  elsif p_value ->> '$' = 'tuple' and jsonb_array_length(p_value -> 'v') = v_count then
    return p_value -> 'v';
  end if;
  v_kind := waymark._py_kind(p_value);
  if v_kind in ('set', 'frozenset') then
    v_length := jsonb_array_length(p_value -> 'v');
  elsif v_kind in ('list', 'tuple', 'dict', 'str', 'bytes', 'range') or waymark._py_is_foreign(p_value) then
    p_value := waymark.py_iter(p_value);
    v_length := case jsonb_typeof(p_value) when 'array' then jsonb_array_length(p_value) else waymark._py_range_length(p_value) end;
  else
    return waymark._raise_python('TypeError', format('cannot unpack non-iterable %s object', waymark._py_type_name(p_value)));
  end if;
  if v_length < v_count then
    return waymark._raise_python('ValueError', format('not enough values to unpack (expected %s, got %s)', v_count, v_length));
  elsif v_length > v_count then
    return waymark._raise_python('ValueError', format('too many values to unpack (expected %s)', v_count));
  end if;
  return waymark.py_list(p_value);
end
$$;

comment on function waymark.py_unpack(jsonb, jsonb) is
  'The elements of an iterable that must have exactly so many.';
-- file: functions/python/py_unpack_star.sql
-- The elements of an iterable that is unpacked to p_before targets, a starred one and p_after more: a list of them, the starred one's list in its place.
-- Raises: WM501 TypeError, ValueError; WM502 as waymark.py_iter.
create or replace function waymark.py_unpack_star(p_value jsonb, p_before jsonb, p_after jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_before int := p_before::int;
  v_after int := p_after::int;
  v_length int;
begin
  if waymark._py_kind(p_value) not in ('list', 'tuple', 'dict', 'str', 'bytes', 'range', 'set', 'frozenset') and not waymark._py_is_foreign(p_value) then
    return waymark._raise_python('TypeError', format('cannot unpack non-iterable %s object', waymark._py_type_name(p_value)));
  end if;
  p_value := waymark.py_list(p_value);
  v_length := jsonb_array_length(p_value);
  if v_length < v_before + v_after then
    return waymark._raise_python('ValueError', format('not enough values to unpack (expected at least %s, got %s)', v_before + v_after, v_length));
  end if;
  return (
    select coalesce(jsonb_agg(e.value order by e.i) filter (where e.i <= v_before), '[]')
        || jsonb_build_array(coalesce(jsonb_agg(e.value order by e.i) filter (where e.i > v_before and e.i <= v_length - v_after), '[]'))
        || coalesce(jsonb_agg(e.value order by e.i) filter (where e.i > v_length - v_after), '[]')
      from jsonb_array_elements(p_value) with ordinality e(value, i));
end
$$;

comment on function waymark.py_unpack_star(jsonb, jsonb, jsonb) is
  'The elements of an iterable that is unpacked with a starred target.';
-- file: functions/python/py_with_cause.sql
-- The exception of `raise exception from cause`.
-- Raises: WM501 TypeError where one of them is no exception.
create or replace function waymark.py_with_cause(p_exception jsonb, p_cause jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_exception ->> '$' is distinct from 'exception' then
    return waymark._raise_python('TypeError', 'exceptions must derive from BaseException');
  elsif p_cause = 'null' then
    return p_exception - 'cause';
  elsif p_cause ->> '$' is distinct from 'exception' then
    return waymark._raise_python('TypeError', 'exception causes must derive from BaseException');
  end if;
  return p_exception || jsonb_build_object('cause', p_cause);
end
$$;

comment on function waymark.py_with_cause(jsonb, jsonb) is
  'An exception with another cause, or none.';
-- file: functions/python/quantities/_py_between.sql
-- The timedelta between two dates, two naive datetimes, or two with a fixed offset.
-- Raises: WM502 for datetimes of a zone, and for a naive and an aware one.
create or replace function waymark._py_between(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_left ? 'zone' or p_right ? 'zone' or waymark._py_is_naive(p_left) <> waymark._py_is_naive(p_right)
     or length(p_left ->> 'v') > 32 or length(p_right ->> 'v') > 32 then
    return waymark._py_inexact('time arithmetic');
  elsif waymark._py_is_naive(p_left) then
    return waymark._py_timedelta(1000000 * extract(epoch from (p_left ->> 'v')::timestamp - (p_right ->> 'v')::timestamp));
  end if;
  return waymark._py_timedelta(1000000 * extract(epoch from (p_left ->> 'v')::timestamptz - (p_right ->> 'v')::timestamptz));
end
$$;

comment on function waymark._py_between(jsonb, jsonb) is
  'The difference of two dates or datetimes.';
-- file: functions/python/quantities/_py_decimal.sql
-- The Decimal that an operation gives in CPython's default context, when it is exact there (28 digits) and its text has no exponent.
-- Raises: WM502 otherwise.
create or replace function waymark._py_decimal(p_number numeric) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_number is null or length(ltrim(translate(p_number::text, '-.', ''), '0')) > 28 or abs(p_number) < 0.000001 and (p_number <> 0 or scale(p_number) > 6) then
    return waymark._py_inexact('Decimal arithmetic');
  end if;
  return jsonb_build_object('$', 'decimal', 'v', p_number::text);
end
$$;

comment on function waymark._py_decimal(numeric) is
  'The Decimal of a number.';
-- file: functions/python/quantities/_py_decimal_number.sql
-- The number of an int or of a Decimal whose text has no exponent and that is no negative zero; SQL null for every other value.
create or replace function waymark._py_decimal_number(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_value) = 'decimal' then
    return case when p_value ->> 'v' ~ '^-?[0-9]+(\.[0-9]+)?$' and p_value ->> 'v' !~ '^-[0.]+$' then (p_value ->> 'v')::numeric end;
  end if;
  return waymark._py_int(p_value);
end
$$;

comment on function waymark._py_decimal_number(jsonb) is
  'The number of a Decimal without an exponent or of an int.';
-- file: functions/python/quantities/_py_quantity.sql
-- The operators +, - and * with a Decimal, date, datetime or timedelta on one side.
-- Raises: WM502 where the result is not exact or the types do not go together, which CPython reports.
create or replace function waymark._py_quantity(p_operator text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kinds text := waymark._py_kind(p_left) || p_operator || waymark._py_kind(p_right);
begin
  if v_kinds ~ '^(decimal.(decimal|int|bool)|(int|bool).decimal)$' then
    return waymark._py_decimal(case p_operator
      when '+' then waymark._py_decimal_number(p_left) + waymark._py_decimal_number(p_right)
      when '-' then waymark._py_decimal_number(p_left) - waymark._py_decimal_number(p_right)
      -- The zero of a product would have a sign.
      else nullif(waymark._py_decimal_number(p_left), 0) * nullif(waymark._py_decimal_number(p_right), 0)
    end);
  end if;
  case
    when v_kinds = 'timedelta+timedelta' then
      return waymark._py_timedelta(waymark._py_microseconds(p_left) + waymark._py_microseconds(p_right));
    when v_kinds = 'timedelta-timedelta' then
      return waymark._py_timedelta(waymark._py_microseconds(p_left) - waymark._py_microseconds(p_right));
    when v_kinds in ('timedelta*int', 'timedelta*bool') then
      return waymark._py_timedelta(waymark._py_microseconds(p_left) * waymark._py_int(p_right));
    when v_kinds in ('int*timedelta', 'bool*timedelta') then
      return waymark._py_timedelta(waymark._py_int(p_left) * waymark._py_microseconds(p_right));
    when v_kinds in ('date+timedelta', 'datetime+timedelta') then
      return waymark._py_shift_time(p_left, p_right, 1);
    when v_kinds in ('timedelta+date', 'timedelta+datetime') then
      return waymark._py_shift_time(p_right, p_left, 1);
    when v_kinds in ('date-timedelta', 'datetime-timedelta') then
      return waymark._py_shift_time(p_left, p_right, -1);
    when v_kinds in ('date-date', 'datetime-datetime') then
      return waymark._py_between(p_left, p_right);
    else
      return waymark._py_unsupported(p_operator, p_left, p_right);
  end case;
end
$$;

comment on function waymark._py_quantity(text, jsonb, jsonb) is
  'The operators +, - and * of Decimals, dates, times and durations.';
-- file: functions/python/quantities/_py_shift_time.sql
-- A date, or a datetime that is naive or has a fixed offset, plus (p_sign 1) or minus (-1) a timedelta. A date moves by whole days.
-- Raises: WM502 for a datetime of a zone, and for a result beyond the years 1 to 9999.
create or replace function waymark._py_shift_time(p_time jsonb, p_delta jsonb, p_sign int) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := p_time ->> 'v';
  v_days numeric := p_sign * (p_delta #>> '{v,0}')::numeric;
  v_moment timestamp;
begin
  if p_time ? 'zone' or p_time ? 'fold' or abs(v_days) > 4000000 then
    return waymark._py_inexact('time arithmetic');
  end if;
  v_moment := left(v_text, case p_time ->> '$' when 'date' then 10 when 'datetime' then case substr(v_text, 20, 1) when '.' then 26 else 19 end end)::timestamp
    + make_interval(days => v_days::int);
  if p_time ->> '$' = 'datetime' then
    v_moment := v_moment + p_sign * (make_interval(secs => (p_delta #>> '{v,1}')::int) + (p_delta #>> '{v,2}')::int * interval '1 microsecond');
  end if;
  if v_moment < '0001-01-01' or v_moment >= '10000-01-01' then
    return waymark._py_inexact('time arithmetic');
  elsif p_time ->> '$' = 'date' then
    return jsonb_build_object('$', 'date', 'v', to_char(v_moment, 'YYYY-MM-DD'));
  end if;
  return jsonb_build_object('$', 'datetime', 'v', to_char(v_moment, 'YYYY-MM-DD"T"HH24:MI:SS')
    || case when extract(microseconds from v_moment)::int % 1000000 <> 0 then to_char(v_moment, '.US') else '' end
    || substring(v_text from '^.{19}(?:\.[0-9]{6})?(.*)$'));
end
$$;

comment on function waymark._py_shift_time(jsonb, jsonb, int) is
  'A date or datetime plus or minus a timedelta.';
-- file: functions/python/quantities/_py_timedelta.sql
-- The timedelta of so many microseconds, normalized.
-- Raises: WM502 beyond the range of timedelta.
create or replace function waymark._py_timedelta(p_microseconds numeric) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_days numeric := floor(p_microseconds / 86400000000);
  v_rest numeric := p_microseconds - v_days * 86400000000;
begin
  if abs(v_days) > 999999999 then
    return waymark._py_inexact('a timedelta');
  end if;
  return jsonb_build_object('$', 'timedelta', 'v', jsonb_build_array(v_days, div(v_rest, 1000000), trunc(mod(v_rest, 1000000))));
end
$$;

comment on function waymark._py_timedelta(numeric) is
  'The timedelta of so many microseconds.';
-- file: functions/queues/_advance_limited.sql
-- _advance for a session that serves queues with limits. What tasks create there is claimed on create as far as a share of the queue allows; the rest is inserted
-- as ready, as in a queue that the session does not serve, and claimed afterwards, from all shares. Where such work has waited for a second nothing new goes before it, and half
-- of the capacity is kept for it; what the limits leave of that is topped up.
create or replace function waymark._advance_limited(
  p_session bigint, p_capacity int, p_queues text[], p_isolate boolean, p_limits waymark.queues[], p_events waymark.task_event[], p_now timestamptz)
returns setof waymark.turn_row
language plpgsql as $$
declare
  v_open text[] := array(select q from unnest(p_queues) q where q <> all (array(select l.queue from unnest(p_limits) l)));
  v_fresh waymark.queues[] := array(
    select l from unnest(p_limits) l
     where not waymark._is_ready(l.queue, (p_now at time zone 'UTC') - interval '1 second'));
  v_waiting boolean := cardinality(v_fresh) < cardinality(p_limits);
  v_room int := p_capacity;
  v_share int;
  v_count int;
begin
  if v_waiting then
    v_room := (v_room + (random() < 0.5)::int) / 2;
  end if;
  -- The limited queues of which nothing waits, and the others, have equal parts of what is created.
  v_share := case when v_open = '{}' then v_room else (v_room + (random() < 0.5)::int) / 2 end;
  return query select * from waymark._advance(p_session, v_room, v_open, waymark._take_shares(v_fresh, v_share, p_now), p_isolate, p_events, p_now);
  get diagnostics v_count = row_count;
  v_room := p_capacity - v_count;
  if v_room > 0 then
    return query select * from waymark._claim_limited(p_session, p_limits, v_room, p_now);
    get diagnostics v_count = row_count;
    v_room := v_room - v_count;
  end if;
  if v_room > 0 and v_open <> '{}' then
    return query select * from waymark._claim_actions(p_session, v_open, v_room, 'infinity', p_now, null);
  end if;
end
$$;
comment on function waymark._advance_limited(bigint, int, text[], boolean, waymark.queues[], waymark.task_event[], timestamptz) is
  'Steps tasks and hands out actions, within the limits of queues.';
-- file: functions/queues/_claim_limited.sql
-- Claims ready actions of limited queues, each within its limits: locks shares, one after another, until there is room for what is wanted. Each turn begins with any
-- share. Locks: queue_shares, actions, both skip locked, so that nobody waits here.
create or replace function waymark._claim_limited(p_session bigint, p_limits waymark.queues[], p_room int, p_now timestamptz) returns setof waymark.turn_row
language plpgsql as $$
declare
  v_limits waymark.queues;
  v_share waymark.queue_shares;
  v_first int := random() * 1000;
  v_shares int;
  v_left int := p_room;
  v_taken waymark.share_room;
  v_count int;
begin
  for v_limits in select l.* from unnest(p_limits) l order by random() loop
    continue when v_left <= 0 or not waymark._is_ready(v_limits.queue, 'infinity');
    v_shares := waymark._share_count(v_limits);
    for v_turn in 0..v_shares - 1 loop
      select * into v_share from waymark.queue_shares s
       where s.queue = v_limits.queue and s.share = (v_first + v_turn) % v_shares for no key update skip locked;
      continue when not found;
      v_taken := waymark._share_room(waymark._rated_share(v_share, v_limits.seconds, p_now), v_left);
      continue when v_taken.room = 0;
      return query select * from waymark._claim_actions(p_session, array[v_limits.queue], v_taken.room, 'infinity', p_now,
                                                        case when v_share.concurrency is not null then v_share.share end);
      get diagnostics v_count = row_count;
      v_left := v_left - v_count;
      if v_count > 0 then
        perform waymark._spend_share(v_taken.share, v_count, p_now);
      end if;
      exit when v_left <= 0 or v_count < v_taken.room;
    end loop;
  end loop;
end
$$;
comment on function waymark._claim_limited(bigint, waymark.queues[], int, timestamptz) is 'Claims ready actions of queues with limits.';
-- file: functions/queues/_is_ready.sql
-- Whether an action of a queue is ready, with a place not after p_before (_claim_actions).
create or replace function waymark._is_ready(p_queue text, p_before timestamp) returns boolean
language plpgsql volatile as $$
declare
  v_of text := array[p_queue]::text;
  v_began timestamptz := clock_timestamp();
  v_cost bigint := waymark._scan_cost('waymark.actions_ready');
  v_from timestamp := waymark._scan_from(v_of);
  v_first timestamp;
begin
  select (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' into v_first from waymark.actions a
   where a.state = 'ready' and a.queue = p_queue and (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' between v_from and p_before
   order by (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' limit 1;
  if waymark._scan_cost('waymark.actions_ready') - v_cost > 1000 then
    perform waymark._remember_scan(v_of, v_began, v_first, p_before);
  end if;
  return v_first is not null;
end
$$;
comment on function waymark._is_ready(text, timestamp) is 'Whether an action of a queue is ready.';
-- file: functions/queues/_key_id.sql
-- Names a concurrency key of a queue: what a row of actions and of timers has room for.
create or replace function waymark._key_id(p_queue text, p_key text) returns uuid
language sql immutable strict as $$
  select encode(substr(sha256(convert_to(p_queue || E'\n' || p_key, 'UTF8')), 1, 16), 'hex')::uuid
$$;
comment on function waymark._key_id(text, text) is 'The id of a concurrency key of a queue.';
-- file: functions/queues/_limits_left.sql
-- At the end of a turn: whether ready work of limited queues is left that the limits would let begin, because a share was somebody else's just now or this
-- session has no room (others are told); and in how many milliseconds a rate will let some begin. p_full: this turn has handed out all that it could, so that
-- the limits are not asked: whoever comes next does.
create or replace function waymark._limits_left(p_limits waymark.queues[], p_full boolean, p_now timestamptz, out p_more boolean, out p_due_in_ms bigint)
language plpgsql volatile as $$
declare
  v_limits waymark.queues;
  v_share waymark.queue_shares;
  v_due double precision;
begin
  p_more := false;
  for v_limits in select l.* from unnest(p_limits) l loop
    continue when not waymark._is_ready(v_limits.queue, 'infinity');
    p_more := p_full;
    exit when p_more;
    for v_share in select s.* from waymark.queue_shares s where s.queue = v_limits.queue loop
      v_share := waymark._rated_share(v_share, v_limits.seconds, p_now);
      p_more := (waymark._share_room(v_share, 1)).room > 0;
      exit when p_more;
      -- The oldest sixteenth in which something began leaves the interval.
      select (v_share.step + 18 - max(u.i)) * v_limits.seconds / 16 into v_due from unnest(v_share.used) with ordinality u(n, i) where u.n > 0;
      p_due_in_ms := least(p_due_in_ms, ceil((v_due - extract(epoch from p_now)::double precision) * 1000)::bigint);
    end loop;
    exit when p_more;
  end loop;
  if p_more then
    perform waymark._wake_hungry();
  end if;
end
$$;
comment on function waymark._limits_left(waymark.queues[], boolean, timestamptz) is 'Whether limits would let more work begin, and when a rate will.';
-- file: functions/queues/_parse_queue_options.sql
-- SQLSTATEs: WM204 unknown option, WM205 out of range.
create or replace function waymark._parse_queue_options(p_options jsonb) returns waymark.queues
language plpgsql stable as $$
declare
  c_options constant jsonb := jsonb '{"concurrency": "a whole number from 0 to 1000000", "rate": "a whole number from 1 to 1000000",
    "seconds": "a number from 0.1 to 2592000 (30 days)"}';
  v_key text;
  v_value jsonb;
begin
  if p_options is null or jsonb_typeof(p_options) <> 'object' then
    raise exception using errcode = 'WM205', message = 'the limits of a queue must be a JSON object; {} removes them';
  end if;
  for v_key, v_value in select * from jsonb_each(p_options) loop
    if not c_options ? v_key then
      raise exception using errcode = 'WM204', message = format('a queue has no limit "%s"', v_key), hint = 'Limits are concurrency and rate, with seconds.';
    elsif not (case when jsonb_typeof(v_value) <> 'number' then false
      when v_key = 'seconds' then v_value::numeric between 0.1 and 2592000
      else v_value::numeric % 1 = 0 and v_value::numeric between case v_key when 'rate' then 1 else 0 end and 1000000 end)
    then
      raise exception using errcode = 'WM205', message = format('limit "%s" is %s; allowed is %s', v_key, left(v_value::text, 100), c_options ->> v_key);
    end if;
  end loop;
  if (p_options ? 'seconds') <> (p_options ? 'rate') then
    raise exception using errcode = 'WM205', message = 'limit "rate" needs "seconds", the interval in which so many actions may begin, and that needs a rate';
  end if;
  return jsonb_populate_record(null::waymark.queues, p_options);
end
$$;
comment on function waymark._parse_queue_options(jsonb) is 'Validates the limits of a queue.';
-- file: functions/queues/_pass_keys.sql
-- Gives concurrency keys that are free to the first in line, of equals the one that was created first: it becomes ready. Asked when an action comes into line, and when one has let a key go, by timers:
-- so whoever ends an attempt locks nothing of a key, and of two who meet here one leaves the key to its timer. What the timer is asked is read by statements
-- that begin after the key is locked, and only who has locked a key gives it away: so it is given to one, and none is forgotten.
-- Locks: the keys, as one of 1024 advisory locks each, for that many locks the server can hold; actions. Nobody waits here.
create or replace function waymark._pass_keys(p_keys uuid[], p_now timestamptz) returns void
language plpgsql as $$
declare
  c_class constant int := 2002876781;
  v_keys uuid[] := array(select distinct k from unnest(p_keys) k);
  v_mine uuid[] := array(select k from unnest(v_keys) k where pg_try_advisory_xact_lock(c_class, uuid_hash(k) & 1023));
begin
  update waymark.actions a set state = 'ready'
    from (select m.key_id from unnest(v_mine) m(key_id) where not exists (
            select from waymark.actions h where h.key_id = m.key_id and (h.state = 'ready' or h.state = 'running' and h.session_id > 0)) offset 0) k
   cross join lateral (
      select b.ctid as row_id from waymark.actions b where b.key_id = k.key_id and b.state = 'blocked'
       order by (b.ready_at at time zone 'UTC') + b.priority * interval '1 minute', b.action_id limit 1 for update skip locked) b
   where a.ctid = b.row_id;
  if found then
    perform waymark._wake_hungry();
  end if;
  -- A key that another session has just then, and one for which all that are in line are locked.
  insert into waymark.timers (run_id, task_no, action_id, due_at)
  select k, -1, -nextval('waymark.numbers'), p_now + interval '10 milliseconds'
    from unnest(v_keys) k
   where k <> all (v_mine)
      or exists (select from waymark.actions b where b.key_id = k and b.state = 'blocked') and not exists (
           select from waymark.actions h where h.key_id = k and (h.state = 'ready' or h.state = 'running' and h.session_id > 0));
end
$$;
comment on function waymark._pass_keys(uuid[], timestamptz) is 'Gives free concurrency keys to the first in line.';
-- file: functions/queues/_rated_share.sql
-- A share with what is used of its rate brought up to date: sixteenths that have left the interval are dropped. A clock that goes back stands still.
create or replace function waymark._rated_share(p_share waymark.queue_shares, p_seconds double precision, p_now timestamptz) returns waymark.queue_shares
language plpgsql immutable as $$
declare
  v_step bigint := greatest(p_share.step, floor(extract(epoch from p_now)::double precision * 16 / p_seconds)::bigint);
  v_new int := least(v_step - p_share.step, 17);
begin
  if p_share.rate is not null then
    p_share.step := v_step;
    p_share.used := array_fill(0, array[v_new]) || p_share.used[1 : 17 - v_new];
  end if;
  return p_share;
end
$$;
comment on function waymark._rated_share(waymark.queue_shares, double precision, timestamptz) is 'A share of a limited queue, its rate as of now.';
-- file: functions/queues/_share_count.sql
-- How many shares the limits of a queue are dealt out to: each has something of each limit.
create or replace function waymark._share_count(p_limits waymark.queues) returns int
language sql immutable as $$
  select greatest(1, least(16, p_limits.concurrency, p_limits.rate))
$$;
comment on function waymark._share_count(waymark.queues) is 'How many shares the limits of a queue are dealt out to.';
-- file: functions/queues/_share_room.sql
-- How many of the actions wanted a share of a queue lets begin now; with the share, its rate brought up to date by the caller, and counted if need be.
-- What runs is counted when less than is wanted seems to be left, and less than a quarter of the share. Volatile: it must count the actions as of now, when
-- the share is locked, not as of the statement that locked it.
create or replace function waymark._share_room(p_share waymark.queue_shares, p_wanted int) returns waymark.share_room
language plpgsql volatile as $$
declare
  v_room int := p_wanted;
begin
  if p_share.concurrency is not null then
    if p_share.booked is null or p_share.booked + greatest(least(p_wanted, p_share.concurrency / 4), 1) > p_share.concurrency then
      select count(*), coalesce(min(a.claimed_at), 'infinity') into p_share.booked, p_share.counted_from from waymark.actions a
       where a.queue = p_share.queue and a.share is not null and a.share = any (array(select generate_series(p_share.share, 15, p_share.shares)::smallint))
         and a.claimed_at >= p_share.counted_from;
    end if;
    v_room := least(v_room, p_share.concurrency - p_share.booked);
  end if;
  if p_share.rate is not null then
    v_room := least(v_room, p_share.rate - (select sum(u) from unnest(p_share.used) u));
  end if;
  return row(p_share, greatest(v_room, 0))::waymark.share_room;
end
$$;
comment on function waymark._share_room(waymark.queue_shares, int) is 'How many actions a share of a limited queue lets begin.';
-- file: functions/queues/_spend_share.sql
-- Books what was claimed at p_now of a share that the caller has locked. Writes one row of queue_shares.
create or replace function waymark._spend_share(p_share waymark.queue_shares, p_claimed int, p_now timestamptz) returns void
language sql volatile as $$
  update waymark.queue_shares s
     set booked = p_share.booked + p_claimed, counted_from = least(p_share.counted_from, p_now), step = p_share.step,
         used = case when p_share.rate is null then s.used else array[p_share.used[1] + p_claimed] || p_share.used[2:17] end
   where s.queue = p_share.queue and s.share = p_share.share
$$;
comment on function waymark._spend_share(waymark.queue_shares, int, timestamptz) is 'Books what was claimed of a share.';
-- file: functions/queues/_take_shares.sql
-- Locks a share of each limited queue, so that what the turn creates there can be inserted already running, as in other queues; and says how much of
-- p_room. Each turn begins with any share, so that all are used, and takes another one where somebody else has it. Locks: queue_shares (skip locked).
create or replace function waymark._take_shares(p_limits waymark.queues[], p_room int, p_now timestamptz) returns waymark.share_room[]
language plpgsql as $$
declare
  v_limits waymark.queues;
  v_share waymark.queue_shares;
  v_first int := random() * 1000;
  v_taken waymark.share_room;
  v_left int := p_room;
  v_shares waymark.share_room[] := array[]::waymark.share_room[];
begin
  for v_limits in select l.* from unnest(p_limits) l order by random() loop
    for v_turn in 0..waymark._share_count(v_limits) - 1 loop
      select * into v_share from waymark.queue_shares s
       where s.queue = v_limits.queue and s.share = (v_first + v_turn) % waymark._share_count(v_limits) for no key update skip locked;
      continue when not found;
      v_taken := waymark._share_room(waymark._rated_share(v_share, v_limits.seconds, p_now), v_left);
      if v_taken.room > 0 then
        v_shares := v_shares || v_taken;
        v_left := v_left - v_taken.room;
      end if;
      exit;
    end loop;
  end loop;
  return v_shares;
end
$$;
comment on function waymark._take_shares(waymark.queues[], int, timestamptz) is 'Locks shares of limited queues for what a turn creates.';
-- file: functions/queues/_why_limited.sql
-- The limit that a queue is at, or null.
create or replace function waymark._why_limited(p_queue text, p_now timestamptz) returns text
language plpgsql stable as $$
declare
  v_limits waymark.queues;
begin
  select * into v_limits from waymark.queues q where q.queue = p_queue;
  if not found or (select bool_or((waymark._share_room(waymark._rated_share(s, v_limits.seconds, p_now), 1)).room > 0)
                     from waymark.queue_shares s where s.queue = p_queue) then
    return null;
  elsif v_limits.concurrency <= (select count(*) from waymark.actions a where a.queue = p_queue and a.share is not null) then
    return format('its limit of %s at once', v_limits.concurrency);
  end if;
  return format('its rate of %s in %s s', v_limits.rate, v_limits.seconds);
end
$$;
comment on function waymark._why_limited(text, timestamptz) is 'The limit that a queue is at, or null.';
-- file: functions/queues/set_queue.sql
-- Sets the limits of a queue, all at once; {} removes them. They hold for what is claimed from now on: what runs is not interrupted, and counts if it was claimed
-- under a limit of concurrency. The lock of the table lets no session be opened meanwhile, which would not know of the limit; those that have expired, which are
-- removed by others, need not.
-- Locks: queues, queue_shares, sessions. SQLSTATEs: WM204, WM205.
create or replace function waymark.set_queue(p_queue text, p_options jsonb) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_limits waymark.queues := waymark._parse_queue_options(p_options);
  v_shares int := waymark._share_count(v_limits);
begin
  if p_queue is null or length(p_queue) not between 1 and 100 then
    raise exception using errcode = 'WM205', message = 'the name of a queue has 1 to 100 characters';
  end if;
  lock table waymark.queues in exclusive mode;
  delete from waymark.queues q where q.queue = p_queue;
  perform from waymark.queue_shares s where s.queue = p_queue order by s.share for update;
  delete from waymark.queue_shares s where s.queue = p_queue and (s.share >= v_shares or num_nonnulls(v_limits.concurrency, v_limits.rate) = 0);
  if num_nonnulls(v_limits.concurrency, v_limits.rate) > 0 then
    insert into waymark.queues (queue, concurrency, rate, seconds) values (p_queue, v_limits.concurrency, v_limits.rate, v_limits.seconds);
    insert into waymark.queue_shares (queue, share, shares, concurrency, rate)
    select p_queue, n, v_shares, v_limits.concurrency / v_shares + (n < v_limits.concurrency % v_shares)::int,
           v_limits.rate / v_shares + (n < v_limits.rate % v_shares)::int
      from generate_series(0, v_shares - 1) n
    on conflict (queue, share) do update
       set shares = excluded.shares, concurrency = excluded.concurrency, booked = null, counted_from = '-infinity', rate = excluded.rate, step = 0, used = excluded.used;
  end if;
  update waymark.sessions s set limited = l.limited
    from (select exists (select from waymark.queues) as limited) l where s.limited <> l.limited and s.expires_at > waymark._now();
  perform waymark._wake_hungry();
end
$$;
comment on function waymark.set_queue(text, jsonb) is 'Limits how many actions of a queue run at once, or begin in an interval.';
-- file: functions/retention/_begin_pass.sql
-- Begins a pass. Versions of programs that are not the newest are chosen; no transaction that begins now can start a run of theirs. One that has read which
-- version is the newest before may still do so, and holds a lock on the tables where it has: the versions stay chosen, from pass to pass, until all of
-- these have ended. Nobody waits for them.
create or replace function waymark._begin_pass(p_pass waymark.retention_pass, p_now timestamptz) returns waymark.retention_pass
language plpgsql as $$
declare
  v_is_chosen boolean := p_pass.programs <> '{}';
begin
  p_pass.began_at := p_now;
  if not v_is_chosen then
    p_pass.chosen_at := p_now;
    p_pass.programs := array(select p.program_id from waymark.programs p where p.replaced_at is not null);
  end if;
  if p_pass.programs <> '{}' then
    -- A statement of its own: it sees who came before the choice was made.
    p_pass.readers := array(
      select distinct l.virtualtransaction from pg_locks l
       where l.database = (select d.oid from pg_database d where d.datname = current_database())
         and l.relation in ('waymark.workflows'::regclass, 'waymark.programs'::regclass) and l.pid is distinct from pg_backend_pid()
         and (not v_is_chosen or l.virtualtransaction = any (p_pass.readers)));
  end if;
  return p_pass;
end
$$;
comment on function waymark._begin_pass(waymark.retention_pass, timestamptz) is 'Begins a pass of pruning.';
-- file: functions/retention/_check_retention.sql
-- SQLSTATEs: WM205.
create or replace function waymark._check_retention(p_state text, p_age interval) returns void
language plpgsql stable as $$
begin
  if p_state is null or p_state not in ('succeeded', 'failed', 'cancelled', 'terminated') then
    perform waymark._raise('WM205', format('no runs are pruned that are %s', coalesce(p_state, 'null')), '',
                           'Allowed are succeeded, failed, cancelled, terminated.');
  elsif p_age is null or p_age not between interval '0' and interval '1000 years' then
    perform waymark._raise('WM205', format('the age is %s; allowed are 0 to 1000 years', coalesce(p_age::text, 'null')));
  end if;
end
$$;
comment on function waymark._check_retention(text, interval) is 'Refuses what is no retention.';
-- file: functions/retention/_drop_programs.sql
-- Deletes versions of programs, and their step functions; answers how many. Passed over is what somebody registers just now, and what has been the newest
-- again since p_before. One of the places with dynamic SQL: the names are engine-made. Locks: programs (skip locked).
create or replace function waymark._drop_programs(p_program_ids bigint[], p_before timestamptz) returns int
language plpgsql as $$
declare
  c_limit constant int := 100;
  v_program record;
  v_count int := 0;
begin
  for v_program in
    select p.program_id, p.function_name from waymark.programs p
     where p.program_id = any (p_program_ids) and p.replaced_at < p_before limit c_limit for update skip locked
  loop
    delete from waymark.program_nodes n where n.program_id = v_program.program_id;
    delete from waymark.program_edges e where e.program_id = v_program.program_id;
    delete from waymark.programs p where p.program_id = v_program.program_id;
    execute format('drop function waymark_programs.%I, waymark_programs.%I', v_program.function_name, v_program.function_name || '_batch');
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function waymark._drop_programs(bigint[], timestamptz) is 'Deletes versions of programs and their step functions.';
-- file: functions/retention/_prune_runs.sql
-- Deletes runs that ended longer ago than the rule of their state says, with all that belongs to them: attempts, tasks, waits, scopes, semaphores, signals, what
-- was kept for a retry. Looks at the ten times p_limit runs behind p_after, in the order of their ids, which is that of creation; deletes at most p_limit,
-- and fewer where their histories are long. So the batch is bounded whatever is to be kept, and the end of a run needs no index of its own.
-- What a live run needs stays: a run whose parent or a child of which is live, and what somebody holds locked just now (who sends it a signal, too); and a run with an action left, the
-- result of which met its end: it goes when it is due. Locks: runs (skip locked).
create or replace function waymark._prune_runs(p_rules waymark.retention[], p_after uuid, p_limit int) returns waymark.prune_outcome
language plpgsql as $$
declare
  c_history constant int := 10000;
  v_now timestamptz := waymark._now();
  v_after uuid := coalesce(p_after, '00000000-0000-0000-0000-000000000000');
  v_run_ids uuid[];
  v_seen int;
  v_is_cut boolean;
  v_outcome waymark.prune_outcome;
begin
  with seen as materialized (
    select r.run_id, r.state, r.ended_at, r.parent_run from waymark.runs r where r.run_id > v_after order by r.run_id limit p_limit * 10
  ), doomed as materialized (
    select s.run_id, s.ended_at from seen s join unnest(p_rules) k on k.state = s.state
     where s.ended_at < v_now - k.age
       and not exists (select from waymark.runs p where p.run_id = s.parent_run and p.state = 'live')
       and not exists (select from waymark.runs c where c.parent_run = s.run_id and c.state = 'live')
       and not exists (select from waymark.actions a where a.run_id = s.run_id)
     order by s.run_id limit p_limit
  ), measured as materialized (
    select d.*, coalesce(sum(h.length) over (order by d.run_id rows between unbounded preceding and 1 preceding), 0) as before
      from doomed d
     cross join lateral (
        select (select count(*) from waymark.action_attempts a where a.run_id = d.run_id)
             + (select count(*) from waymark.task_history t where t.run_id = d.run_id) as length) h
  ), locked as materialized (
    -- Who has retried it meanwhile has another end, or none yet.
    select l.run_id from measured m
     cross join lateral (
        select r.run_id from waymark.runs r where r.run_id = m.run_id and r.ended_at = m.ended_at for update skip locked offset 0) l
     where m.before < c_history
  )
  select (select array_agg(l.run_id) from locked l), (select count(*) from seen), m.is_cut,
         case when m.is_cut then (select m.run_id from measured m where m.before < c_history order by m.run_id desc limit 1)
              else (select s.run_id from seen s order by s.run_id desc limit 1) end
    into v_run_ids, v_seen, v_is_cut, v_outcome.last
    from (select count(*) = p_limit or coalesce(max(m.before) >= c_history, false) as is_cut from measured m) m;
  v_outcome.pruned := coalesce(cardinality(v_run_ids), 0);
  v_outcome.more := v_is_cut or v_seen = p_limit * 10;
  delete from waymark.timers where run_id = any (v_run_ids);
  delete from waymark.action_attempts where run_id = any (v_run_ids);
  delete from waymark.task_history where run_id = any (v_run_ids);
  delete from waymark.task_waits where run_id = any (v_run_ids);
  delete from waymark.scopes where run_id = any (v_run_ids);
  delete from waymark.semaphores where run_id = any (v_run_ids);
  delete from waymark.signals where run_id = any (v_run_ids);
  delete from waymark.failed_calls where run_id = any (v_run_ids);
  delete from waymark.failed_tasks where run_id = any (v_run_ids);
  delete from waymark.runs where run_id = any (v_run_ids);
  return v_outcome;
end
$$;
comment on function waymark._prune_runs(waymark.retention[], uuid, int) is 'Deletes a batch of the runs that are older than they are kept.';
-- file: functions/retention/apply_retention.sql
-- One batch of the pass over all runs that deletes what waymark.set_retention says, and the versions of programs that have no run any more. Any daemon calls
-- it, at its interval and then when it is told to; who comes while another has it, or before it is due, is sent away at once. A batch follows the one before
-- after a second, a pass after a minute and nine times as long as the one before took: pruning keeps to a small part of the time, whatever there is to do.
-- Locks: retention_pass, runs, programs (skip locked). Nothing else waits for these.
create or replace function waymark.apply_retention() returns waymark.retention_turn
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  c_batch constant int := 1000;
  c_pause constant interval := interval '1 second';
  c_rest constant interval := interval '1 minute';
  v_now timestamptz := waymark._now();
  v_pass waymark.retention_pass;
  v_batch waymark.prune_outcome;
  v_turn waymark.retention_turn := row(0, 0, null);
begin
  select p.* into v_pass from waymark.retention_pass p where p.due_at <= v_now for update skip locked;
  if not found then
    return v_turn;
  end if;
  if v_pass.began_at is null then
    v_pass := waymark._begin_pass(v_pass, v_now);
  end if;
  v_batch := waymark._prune_runs(array(select row(r.*)::waymark.retention from waymark.retention r), v_pass.after, c_batch);
  if v_pass.programs <> '{}' and v_pass.readers = '{}' then
    v_pass.programs := array(
      select unnest(v_pass.programs) except
      select r.program_id from waymark.runs r
       where r.run_id > coalesce(v_pass.after, '00000000-0000-0000-0000-000000000000') and r.run_id <= v_batch.last);
    if not v_batch.more then
      v_turn.programs := waymark._drop_programs(v_pass.programs, v_pass.chosen_at);
      v_pass.programs := '{}';
    end if;
  end if;
  if v_batch.more then
    v_pass.after := v_batch.last;
    v_pass.due_at := v_now + c_pause;
    v_turn.due_in_ms := extract(epoch from c_pause) * 1000;
  else
    v_pass.due_at := v_now + c_rest + 9 * (v_now - v_pass.began_at);
    v_pass.began_at := null;
    v_pass.after := null;
  end if;
  update waymark.retention_pass p
     set due_at = v_pass.due_at, began_at = v_pass.began_at, after = v_pass.after,
         chosen_at = v_pass.chosen_at, programs = v_pass.programs, readers = v_pass.readers;
  v_turn.runs := v_batch.pruned;
  return v_turn;
end
$$;
comment on function waymark.apply_retention() is 'Prunes a batch of what waymark.set_retention says, unless another daemon does.';
-- file: functions/retention/prune.sql
-- Deletes runs of one state that ended longer than p_older_than ago, with all that belongs to them. One bounded batch in one transaction, in the order of
-- creation, behind p_after (the outcome's `last`, to go on); see _prune_runs.
-- Locks: runs (skip locked). SQLSTATEs: WM205.
create or replace function waymark.prune(p_state text, p_older_than interval, p_limit int default 1000, p_after uuid default null) returns waymark.prune_outcome
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  perform waymark._check_retention(p_state, p_older_than);
  if p_limit is null or p_limit not between 1 and 10000 then
    perform waymark._raise('WM205', format('the limit is %s; allowed are 1 to 10000', coalesce(p_limit::text, 'null')));
  end if;
  return waymark._prune_runs(array[row(p_state, p_older_than)::waymark.retention], p_after, p_limit);
end
$$;
comment on function waymark.prune(text, interval, int, uuid) is 'Deletes a batch of runs that ended long ago, with all that belongs to them.';
-- file: functions/retention/set_retention.sql
-- Sets how long runs of a state are kept after they have ended; null: for ever, as in the beginning. Daemons prune from now on, with a pass of its own.
-- Locks: retention, retention_pass. SQLSTATEs: WM205.
create or replace function waymark.set_retention(p_state text, p_age interval) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
begin
  perform waymark._check_retention(p_state, coalesce(p_age, interval '0'));
  if p_age is null then
    delete from waymark.retention r where r.state = p_state;
  else
    insert into waymark.retention (state, age) values (p_state, p_age) on conflict (state) do update set age = excluded.age;
  end if;
  insert into waymark.retention_pass (due_at) values (case when exists (select from waymark.retention) then v_now else 'infinity' end)
  on conflict ((true)) do update set due_at = excluded.due_at, began_at = null, after = null;
end
$$;
comment on function waymark.set_retention(text, interval) is 'Sets how long runs of a state are kept after they have ended.';
-- file: functions/runs/_bind_arguments.sql
-- Arguments by name against the parameters of a program: fills defaults in, refuses what is missing or unexpected.
-- SQLSTATEs: WM202 missing, WM203 unexpected, WM206 malformed.
create or replace function waymark._bind_arguments(p_workflow text, p_parameters jsonb, p_arguments jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_bound jsonb := coalesce(p_arguments, '{}');
  v_parameter jsonb;
  v_known int := 0;
  v_unexpected text;
begin
  if jsonb_typeof(v_bound) <> 'object' then
    raise exception using errcode = 'WM206', message = format('the arguments of %s must be a JSON object of parameter names and values', p_workflow);
  end if;
  for v_parameter in select * from jsonb_array_elements(p_parameters) loop
    if v_bound ? (v_parameter ->> 'name') then
      v_known := v_known + 1;
    elsif v_parameter ? 'default' then
      v_bound := v_bound || jsonb_build_object(v_parameter ->> 'name', v_parameter -> 'default');
      v_known := v_known + 1;
    else
      raise exception using errcode = 'WM202', message = format('%s is missing the argument "%s"', p_workflow, v_parameter ->> 'name');
    end if;
  end loop;
  if v_known <> (select count(*) from jsonb_object_keys(v_bound)) then
    select k into v_unexpected from jsonb_object_keys(v_bound) k
     where not jsonb_path_exists(p_parameters, '$[*].name ? (@ == $k)', jsonb_build_object('k', k)) limit 1;
    raise exception using errcode = 'WM203', message = format('%s has no parameter "%s"', p_workflow, v_unexpected),
      hint = format('Its parameters: %s.', coalesce((select string_agg(p ->> 'name', ', ') from jsonb_array_elements(p_parameters) p), 'none'));
  end if;
  -- Only what carries a tag can be malformed.
  if jsonb_path_exists(v_bound, 'strict $.**."$"', silent => true) then
    perform waymark._check_value(value, key) from jsonb_each(v_bound);
  end if;
  return v_bound;
end
$$;
comment on function waymark._bind_arguments(text, jsonb, jsonb) is 'Binds the arguments of a run to the parameters of its program.';
-- file: functions/runs/_check_tag.sql
-- What is wrong with a tagged value, or null.
create or replace function waymark._check_tag(p_tag text, p_value jsonb, p_payload jsonb) returns text
language plpgsql stable as $$
declare
  v_text text := case when jsonb_typeof(p_payload) = 'string' then p_payload #>> '{}' end;
  v_valid boolean;
begin
  v_valid := case
    when p_tag ~ '^[^:]+:[^:]+$' then true
    when p_tag in ('tuple', 'set', 'frozenset') then jsonb_typeof(p_payload) = 'array'
    when p_tag = 'dict' then jsonb_typeof(p_payload) = 'array'
      and not jsonb_path_exists(p_payload, 'strict $[*] ? (@.type() != "array" || @.size() != 2)')
    when p_tag = 'float' then v_text ~ '^(nan|-?inf|-0\.0|-?\d+(\.\d+)?e[+-]\d+)$'
    when p_tag in ('bytes', 'str') then v_text ~ '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
    when p_tag = 'range' then jsonb_typeof(p_payload) = 'array' and jsonb_array_length(p_payload) = 3
      and not jsonb_path_exists(p_payload, 'strict $[*] ? (@.type() != "number")')
    when p_tag = 'zone' then v_text is not null
    when p_tag in ('timedelta', 'timezone') then jsonb_typeof(p_payload) = 'array' and jsonb_array_length(p_payload) = 3
      and not jsonb_path_exists(p_payload, 'strict $[*] ? (@.type() != "number")')
    when p_tag = 'datetime' then v_text ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d'
    when p_tag = 'date' then v_text ~ '^\d{4}-\d\d-\d\d$'
    when p_tag = 'time' then v_text ~ '^\d\d:\d\d:\d\d'
    when p_tag = 'uuid' then v_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    when p_tag in ('decimal', 'path', 'complex', 'class') then v_text is not null
    when p_tag = 'ellipsis' then p_payload is null
    when p_tag = 'enum' then p_value ? 'type' and p_value ? 'name' and p_value ? 'value'
    when p_tag = 'exception' then p_value ? 'type' and jsonb_typeof(p_value -> 'mro') = 'array'
      and jsonb_typeof(p_value -> 'args') = 'array' and jsonb_typeof(p_value -> 'message') = 'string'
    when p_tag = 'opaque' then jsonb_typeof(p_value -> 'repr') = 'string'
    else null
  end;
  return case
    when v_valid is null then format('there is no tag "%s"', left(p_tag, 50))
    when not v_valid then format('this is not a value of the tag "%s"', p_tag)
  end;
end
$$;
comment on function waymark._check_tag(text, jsonb, jsonb) is 'What is wrong with a tagged value, or null.';
-- file: functions/runs/_check_value.sql
-- Walks a value from outside and refuses a malformed tag by its path (docs/internals/values.md). SQLSTATEs: WM206.
create or replace function waymark._check_value(p_value jsonb, p_path text) returns void
language plpgsql stable as $$
declare
  v_tag jsonb := p_value -> '$';
  v_payload jsonb := p_value -> 'v';
  v_problem text;
begin
  if jsonb_typeof(p_value) = 'array' then
    perform waymark._check_value(e.value, format('%s[%s]', p_path, e.ordinality - 1))
      from jsonb_array_elements(p_value) with ordinality e;
    return;
  elsif jsonb_typeof(p_value) <> 'object' then
    return;
  elsif jsonb_typeof(v_tag) = 'array' then
    if (select coalesce(jsonb_agg(k order by k), '[]') from jsonb_array_elements(v_tag) k)
       is distinct from (select coalesce(jsonb_agg(to_jsonb(k) order by to_jsonb(k)), '[]') from jsonb_object_keys(p_value) k where k <> '$') then
      v_problem := 'its "$" must list exactly its keys';
    end if;
  elsif v_tag is not null then
    v_problem := waymark._check_tag(v_tag #>> '{}', p_value, v_payload);
  end if;
  if v_problem is not null then
    raise exception using errcode = 'WM206', message = format('%s is malformed: %s', p_path, v_problem),
      hint = 'An object with the key "$" is a tagged value; see the page on values in the documentation.';
  end if;
  perform waymark._check_value(e.value, format('%s.%s', p_path, e.key)) from jsonb_each(p_value) e
    where e.key <> '$' and e.key not like '$%';
end
$$;
comment on function waymark._check_value(jsonb, text) is 'Refuses a value from outside that carries a malformed tag.';
-- file: functions/runs/_new_run_id.sql
-- A UUID version 7 (RFC 9562): 48 bits of milliseconds, so that new rows meet in the same index pages, then the random bits and the variant of a version 4.
create or replace function waymark._new_run_id(p_now timestamptz) returns uuid
language sql volatile parallel safe as $$
  select (lpad(to_hex((extract(epoch from p_now) * 1000)::bigint), 12, '0') || '7' || substr(gen_random_uuid()::text, 16))::uuid
$$;
comment on function waymark._new_run_id(timestamptz) is 'A time-ordered run id (UUIDv7).';
-- file: functions/runs/_notify_start.sql
-- Runs at the commit of a transaction that started runs, once: only then is it known who is waiting. A check inside start could read
-- "nobody waits" long before the commit and leave the run to the poll. The setting, which ends with the transaction or with what is rolled back of it,
-- says that this is on its way; where constraints are checked early, the next start has it done again.
create or replace function waymark._notify_start() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform set_config('waymark.notifies', '', true);
  perform waymark._wake_hungry();
  return null;
end
$$;
comment on function waymark._notify_start() is 'At commit of a start: notifies daemons that wait for work.';

drop trigger if exists runs_notify_at_commit on waymark.runs;
create constraint trigger runs_notify_at_commit after insert on waymark.runs deferrable initially deferred for each row
  when (case when current_setting('waymark.notifies', true) = 'at commit' then false else set_config('waymark.notifies', 'at commit', true) is not null end)
  execute function waymark._notify_start();
-- file: functions/runs/_parse_start_options.sql
-- SQLSTATEs: WM204 unknown option, WM205 out of range.
create or replace function waymark._parse_start_options(p_options jsonb) returns waymark.start_options
language plpgsql stable as $$
declare
  v_options waymark.start_options;
  v_key text;
  v_value jsonb;
  v_valid boolean;
  v_allowed text;
begin
  v_options.priority := 0;
  v_options.queue := 'default';
  v_options.delay := 0;
  if p_options is null or p_options = '{}' then
    return v_options;
  end if;
  if jsonb_typeof(p_options) <> 'object' then
    raise exception using errcode = 'WM205', message = 'the options of waymark.start must be a JSON object';
  end if;
  for v_key, v_value in select * from jsonb_each(p_options) loop
    case v_key
      when 'priority' then
        v_allowed := 'a whole number from -1000 to 1000';
        v_valid := jsonb_typeof(v_value) = 'number' and v_value::numeric % 1 = 0 and v_value::numeric between -1000 and 1000;
        if v_valid then v_options.priority := v_value::numeric::smallint; end if;
      when 'queue' then
        v_allowed := 'a text of 1 to 100 characters';
        v_valid := jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') between 1 and 100;
        v_options.queue := v_value #>> '{}';
      when 'idempotency_key' then
        v_allowed := 'a text of 1 to 200 characters';
        v_valid := jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') between 1 and 200;
        v_options.idempotency_key := v_value #>> '{}';
      when 'delay' then
        v_allowed := 'seconds from 0 to 3153600000 (100 years)';
        v_valid := jsonb_typeof(v_value) = 'number' and v_value::numeric between 0 and 3153600000;
        if v_valid then v_options.delay := v_value::numeric::double precision; end if;
      when 'deadline' then
        v_allowed := 'seconds from 0.001 to 3153600000 (100 years)';
        v_valid := jsonb_typeof(v_value) = 'number' and v_value::numeric between 0.001 and 3153600000;
        if v_valid then v_options.deadline := v_value::numeric::double precision; end if;
      when 'tags' then
        v_allowed := 'an object of at most 50 texts';
        v_valid := jsonb_typeof(v_value) = 'object' and (select count(*) <= 50 from jsonb_object_keys(v_value))
          and not jsonb_path_exists(v_value, '$.* ? (@.type() != "string")');
        v_options.tags := v_value;
      when 'waiter' then
        v_allowed := 'a text that matches ^[a-z0-9_]{1,40}$';
        v_valid := jsonb_typeof(v_value) = 'string' and v_value #>> '{}' ~ '^[a-z0-9_]{1,40}$';
        v_options.waiter := v_value #>> '{}';
      else
        raise exception using errcode = 'WM204', message = format('waymark.start has no option "%s"', v_key),
          hint = 'Options are priority, queue, idempotency_key, delay, deadline, tags and waiter.';
    end case;
    if not v_valid then
      raise exception using errcode = 'WM205', message = format('option "%s" is %s; allowed is %s', v_key, left(v_value::text, 100), v_allowed);
    end if;
  end loop;
  return v_options;
end
$$;
comment on function waymark._parse_start_options(jsonb) is 'Validates the options of waymark.start.';
-- file: functions/runs/_start_runs.sql
-- Writes runs and their first tasks, which the next turn steps. A delayed run is a task that waits for its timer. Daemons hear of them at commit
-- (see _notify_start). A key that is known, or that the batch has twice, stands for the run that has it. Rows with a key are written in its order,
-- so that two callers with the same keys wait for each other in one order.
-- Inserts into runs, tasks, timers. SQLSTATEs: WM201 unknown workflow, WM202, WM203, WM206 arguments.
create or replace function waymark._start_runs(p_workflow text, p_arguments jsonb[], p_keys text[], p_options waymark.start_options) returns uuid[]
language plpgsql as $$
declare
  v_now timestamptz := waymark._now();
  v_due_at timestamptz := case when p_options.delay > 0 then v_now + p_options.delay * interval '1 second' end;
  v_deadline timestamptz := v_now + p_options.deadline * interval '1 second';
  v_program waymark.programs;
  v_names text[];
  v_run_ids uuid[];
  v_started int;
  v_n int;
begin
  select p.program_id, p.parameters, p.entry into v_program.program_id, v_program.parameters, v_program.entry
    from waymark.workflows w join waymark.programs p using (program_id) where w.workflow = p_workflow;
  if not found then
    raise exception using errcode = 'WM201', message = format('there is no workflow "%s"', p_workflow),
      hint = 'Register it: start a worker that has it in WAYMARK_USER_MODULE, or run: waymark register MODULE.';
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    -- The snapshot may be older than the newest program: then this fails as a serialization failure does. See waymark._begin_pass.
    perform from waymark.workflows w where w.workflow = p_workflow for share;
  end if;
  v_names := array(select p ->> 'name' from jsonb_array_elements(v_program.parameters) p);
  v_run_ids := array(select waymark._new_run_id(v_now) from generate_subscripts(p_arguments, 1));
  with given as materialized (
    select g.run_id, g.key,
           -- What has exactly the parameters, and no tags, is bound already.
           case when jsonb_typeof(g.arguments) is distinct from 'object' then waymark._bind_arguments(p_workflow, v_program.parameters, g.arguments)
                when g.arguments ?& v_names and g.arguments - v_names = '{}' and not jsonb_path_exists(g.arguments, 'strict $.**."$"', silent => true) then g.arguments
                else waymark._bind_arguments(p_workflow, v_program.parameters, g.arguments) end as arguments
      from unnest(v_run_ids, p_arguments, p_keys) as g (run_id, arguments, key)
  ), started as (
    insert into waymark.runs (run_id, workflow, program_id, priority, queue, idempotency_key, tags, waiters, arguments, created_at, deadline)
    select g.run_id, p_workflow, v_program.program_id, p_options.priority, p_options.queue, g.key, p_options.tags,
           case when p_options.waiter is not null then array[p_options.waiter] end, g.arguments, v_now, v_deadline
      from given g order by g.key, g.run_id
    on conflict (workflow, idempotency_key) where idempotency_key is not null do nothing
    returning run_id, arguments
  ), timers as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select s.run_id, 0, t.action_id, t.due_at from started s, (values (0, v_due_at), (-3, v_deadline)) as t (action_id, due_at) where t.due_at is not null
  ), tasks as (
    insert into waymark.tasks (run_id, program_id, priority, queue, state, pc, locals, ready_at)
    select s.run_id, v_program.program_id, p_options.priority, p_options.queue,
           case when v_due_at is null then 'ready' else 'timer' end, v_program.entry, s.arguments, coalesce(v_due_at, v_now)
      from started s
  )
  select count(*) into v_started from started;
  if v_started < cardinality(v_run_ids) then
    v_run_ids := array(
      select case when g.key is null then g.run_id
                  else (select r.run_id from waymark.runs r where r.workflow = p_workflow and r.idempotency_key = g.key) end
        from unnest(v_run_ids, p_keys) with ordinality as g (run_id, key, n) order by n);
    -- Pruned since its key was found to be taken: it is free again.
    for v_n in select n from unnest(v_run_ids) with ordinality as g (run_id, n) where g.run_id is null loop
      v_run_ids[v_n] := (waymark._start_runs(p_workflow, p_arguments[v_n:v_n], p_keys[v_n:v_n], p_options))[1];
    end loop;
    if p_options.waiter is not null then
      perform waymark.add_waiter(r, p_options.waiter) from unnest(v_run_ids) r;
    end if;
  end if;
  return v_run_ids;
end
$$;
comment on function waymark._start_runs(text, jsonb[], text[], waymark.start_options) is 'Starts runs of a workflow with the same options.';
-- file: functions/runs/_why_action.sql
-- How the action or child run stands that a body waits for; of several, the first that does not run.
create or replace function waymark._why_action(p_run_id uuid, p_step_no int) returns text
language plpgsql stable as $$
declare
  v_now timestamptz := waymark._now();
  v_action waymark.actions;
  v_last text;
begin
  select * into v_action from waymark.actions a where a.run_id = p_run_id and a.task_no = 0 and a.step_no = p_step_no
   order by a.state = 'running', a.slot limit 1;
  if not found then
    return null;
  elsif v_action.state = 'child' then
    return format('child run %s of %s, which is %s', v_action.child_run, v_action.name, waymark.status(v_action.child_run));
  end if;
  select coalesce(format('%s: %s', h.value ->> 'type', h.value ->> 'message'), h.outcome) into v_last
    from waymark.action_attempts h
   where h.run_id = p_run_id and h.task_no = 0 and h.step_no = p_step_no and h.slot = v_action.slot and h.attempt = v_action.attempt - 1;
  return format('%s in queue "%s", attempt %s, ',
                case v_action.name when 'waymark:evaluate' then 'an expression that a worker evaluates' else 'action ' || v_action.name end,
                v_action.queue, v_action.attempt)
    || case when v_action.state = 'running' then coalesce(
        (select format('running since %s on %s%s', to_char(v_action.claimed_at, 'YYYY-MM-DD HH24:MI:SS'), coalesce(s.info ->> 'host', '?'),
                       case when s.expires_at <= v_now then ', the lease of which has expired' else '' end)
           from waymark.sessions s where s.session_id = v_action.session_id), 'whose daemon is gone')
      when v_action.state = 'blocked' then waymark._why_blocked(v_action)
      when v_action.state = 'backoff' and v_action.ready_at > v_now then format('backing off until %s', to_char(v_action.ready_at, 'YYYY-MM-DD HH24:MI:SS'))
      else 'ready' || coalesce(' and waiting for ' || waymark._why_idle(v_action.queue), ', but the queue is at ' || waymark._why_limited(v_action.queue, v_now), '') end
    || coalesce(', after ' || v_last, '');
end
$$;
comment on function waymark._why_action(uuid, int) is 'How the action stands that a body waits for.';
-- file: functions/runs/_why_blocked.sql
-- Who has the concurrency key that an action is in line for.
create or replace function waymark._why_blocked(p_action waymark.actions) returns text
language plpgsql stable as $$
declare
  v_holder uuid := (
    select h.run_id from waymark.actions h
     where h.key_id = p_action.key_id and (h.state = 'ready' or h.state = 'running' and h.session_id > 0));
begin
  return format('waiting for the concurrency key "%s"', p_action.policy ->> 'concurrency_key')
    || case when v_holder is null then ', which is free' else format(' held by run %s', v_holder) end;
end
$$;
comment on function waymark._why_blocked(waymark.actions) is 'Who has the concurrency key that an action is in line for.';
-- file: functions/runs/_why_branches.sql
-- How many branches of a gather are outstanding, and how the first of them stands that is an action or a child run.
create or replace function waymark._why_branches(p_task waymark.tasks) returns text
language plpgsql stable as $$
declare
  v_ended bigint;
begin
  select (select count(*) from waymark.action_attempts h
           where h.run_id = p_task.run_id and h.task_no = p_task.task_no and h.step_no = p_task.step_no and h.final)
       + (select count(*) from waymark.task_history h
           where h.run_id = p_task.run_id and h.parent_no = p_task.task_no and h.parent_step = p_task.step_no)
    into v_ended;
  return format('%s of %s branches', p_task.pending, p_task.pending + v_ended)
    || coalesce(', among them ' || waymark._why_action(p_task.run_id, p_task.step_no), '');
end
$$;
comment on function waymark._why_branches(waymark.tasks) is 'How many branches of a gather are outstanding.';
-- file: functions/runs/_why_idle.sql
-- Why ready work of a queue is not taken (null: of any queue), if no live daemon serves it.
create or replace function waymark._why_idle(p_queue text) returns text
language plpgsql stable as $$
declare
  v_now timestamptz := waymark._now();
begin
  if not exists (select from waymark.sessions s where s.expires_at > v_now) then
    return 'a daemon: none is alive';
  elsif p_queue is not null and not exists (
      select from waymark.sessions s where s.expires_at > v_now and coalesce(s.info -> 'queues' ? p_queue, true)) then
    return format('a daemon of queue "%s": none is alive', p_queue);
  end if;
  return null;
end
$$;
comment on function waymark._why_idle(text) is 'Why ready work is not taken, if no live daemon serves it.';
-- file: functions/runs/add_waiter.sql
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
-- file: functions/runs/read_outcomes.sql
-- Reads only. Unknown ids give no row.
create or replace function waymark.read_outcomes(p_run_ids uuid[]) returns setof waymark.run_outcome
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
  return query select r.run_id, r.workflow, r.state, r.result, r.error from waymark.runs r where r.run_id = any (p_run_ids);
end
$$;
comment on function waymark.read_outcomes(uuid[]) is 'State, result and error of runs, for clients that wait for them.';
-- file: functions/runs/result.sql
-- For people and for any client: the result, SQL null while the run is live. Reads only.
-- SQLSTATEs: WM301 unknown run, WM302 the run failed, WM303 it was cancelled, WM304 terminated (detail: runs.error).
create or replace function waymark.result(p_run_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_run waymark.runs;
begin
  select * into v_run from waymark.runs r where r.run_id = p_run_id;
  if not found then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  elsif v_run.state in ('cancelled', 'terminated') then
    raise exception using errcode = case v_run.state when 'cancelled' then 'WM303' else 'WM304' end,
      message = format('run %s was %s', p_run_id, v_run.state), detail = v_run.error::text,
      hint = format('In line %s of %s: %s', v_run.error ->> 'line', v_run.error ->> 'file', v_run.error ->> 'source');
  elsif v_run.state = 'failed' then
    raise exception using errcode = 'WM302',
      message = format('run %s failed: %s: %s', p_run_id, v_run.error #>> '{exception,type}', v_run.error #>> '{exception,message}'),
      detail = v_run.error::text,
      hint = format('In line %s of %s: %s', v_run.error ->> 'line', v_run.error ->> 'file', v_run.error ->> 'source');
  end if;
  return v_run.result;
end
$$;
comment on function waymark.result(uuid) is 'The result of a run; null while it is live; an error when it failed, was cancelled or terminated.';
-- file: functions/runs/start.sql
-- Starts a run inside the caller's transaction. Nothing of the workflow runs in the caller's session.
-- SQLSTATEs: WM201 unknown workflow, WM202, WM203, WM206 arguments, WM204, WM205 options.
create or replace function waymark.start(p_workflow text, p_arguments jsonb default '{}', p_options jsonb default '{}') returns uuid
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_options waymark.start_options := waymark._parse_start_options(p_options);
begin
  return (waymark._start_runs(p_workflow, array[p_arguments], array[v_options.idempotency_key], v_options))[1];
end
$$;
comment on function waymark.start(text, jsonb, jsonb) is 'Starts a run of a workflow in the caller''s transaction and returns its id.';
-- file: functions/runs/start_many.sql
-- Starts a batch of runs inside the caller's transaction: all or none.
-- SQLSTATEs: those of waymark.start; WM205 too many, keys of another number or out of their range.
create or replace function waymark.start_many(p_workflow text, p_arguments jsonb[], p_options jsonb default '{}', p_idempotency_keys text[] default null)
returns uuid[] language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  c_runs constant int := 10000;
begin
  if p_arguments is null or array_ndims(p_arguments) > 1 or cardinality(p_arguments) > c_runs then
    raise exception using errcode = 'WM205', message = format('waymark.start_many takes a list of at most %s arguments', c_runs),
      hint = 'Start larger numbers in several calls; in one transaction it is still all or none.';
  end if;
  if p_options ? 'idempotency_key' then
    raise exception using errcode = 'WM204', message = 'waymark.start_many has no option "idempotency_key": each run has its own',
      hint = 'Give a list of keys, one a run, as p_idempotency_keys.';
  end if;
  if cardinality(p_idempotency_keys) <> cardinality(p_arguments) or array_ndims(p_idempotency_keys) > 1 then
    raise exception using errcode = 'WM205',
      message = format('%s idempotency keys were given for %s runs: one a run is needed', cardinality(p_idempotency_keys), cardinality(p_arguments));
  end if;
  if exists (select from unnest(p_idempotency_keys) k where length(k) not between 1 and 200) then
    raise exception using errcode = 'WM205', message = 'an idempotency key is a text of 1 to 200 characters';
  end if;
  return waymark._start_runs(p_workflow, p_arguments, p_idempotency_keys, waymark._parse_start_options(p_options));
end
$$;
comment on function waymark.start_many(text, jsonb[], jsonb, text[]) is 'Starts runs of a workflow with the same options; returns their ids in the order of the arguments.';
-- file: functions/runs/status.sql
-- Reads only. SQLSTATEs: WM301.
create or replace function waymark.status(p_run_id uuid) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_status text;
begin
  select o.status into v_status from waymark.run_overview o where o.run_id = p_run_id;
  if not found then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  end if;
  return v_status;
end
$$;
comment on function waymark.status(uuid) is 'How a run stands: queued, delayed, running, sleeping, paused, succeeded, failed, cancelled or terminated.';
-- file: functions/runs/why.sql
-- What a run waits for, in a sentence for people; of the tasks of a run, its body says. The words may change: programs read the views. Reads only. SQLSTATEs: WM301.
create or replace function waymark.why(p_run_id uuid) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_run record;
  v_task waymark.tasks;
  v_turn text;
  v_until text;
  v_what text;
begin
  select * into v_run from waymark.run_overview o where o.run_id = p_run_id;
  if not found then
    perform waymark._raise('WM301', format('there is no run %s', p_run_id));
  end if;
  select * into v_task from waymark.tasks t where t.run_id = p_run_id and t.task_no = 0;
  if not found then
    return format('%s: it has %s %s%s', v_run.workflow, v_run.status, to_char(v_run.ended_at, 'YYYY-MM-DD HH24:MI:SS'), coalesce(
      case when v_run.status <> 'succeeded' then format(', in line %s: ', v_run.line) || v_run.outcome end, ''));
  end if;
  v_turn := coalesce(waymark._why_idle(null), 'the next turn of a daemon');
  select to_char(m.due_at, 'YYYY-MM-DD HH24:MI:SS') into v_until
    from waymark.timers m where m.run_id = p_run_id and m.task_no = 0 and m.action_id = 0 and m.due_at > waymark._now() and m.due_at < 'infinity';
  v_what := case v_task.state
    when 'ready' then v_turn
    when 'timer' then coalesce(format('%s until ', case when v_task.started_at is null then 'its start, delayed' else 'a sleep' end) || v_until, v_turn)
    when 'action' then coalesce(waymark._why_action(p_run_id, v_task.step_no), v_turn)
    when 'gather' then waymark._why_branches(v_task)
    when 'settle' then waymark._why_branches(v_task)
    when 'semaphore' then 'a semaphore that other tasks hold'
    when 'signal' then format('the signal "%s"', v_task.waits_for ->> 'signal') || coalesce(', at most until ' || v_until, '')
    when 'closing' then 'the end of its other tasks; its body has ended'
    else format('%s of %s tasks', case v_task.state when 'first' then '1' else v_task.pending::text end, jsonb_array_length(v_task.waits_for -> 'tasks'))
         || coalesce(', at most until ' || v_until, '')
  end;
  return format('%s: it waits for %s%s%s', v_run.workflow,
    case when v_task.paused then 'being resumed, and then for ' else '' end, v_what, coalesce(format(' (line %s)', v_run.line), ''))
    || case when v_run.cancel_requested_at is not null then '; it was asked to cancel' else '' end
    || coalesce((select format('; its deadline is %s', to_char(r.deadline, 'YYYY-MM-DD HH24:MI:SS')) from waymark.runs r where r.run_id = p_run_id and r.deadline is not null), '');
end
$$;
comment on function waymark.why(uuid) is 'What a run waits for, or how it ended, in a sentence.';
-- file: functions/schedules/_change_schedule.sql
-- A schedule with what is said of it, validated: options by their columns, the plan read, the arguments as the workflow takes them today. Its times are the caller's.
-- SQLSTATEs: WM201 unknown workflow, WM202, WM203, WM206 arguments, WM204, WM205 options, WM210, WM211, WM215, WM216 the plan.
create or replace function waymark._change_schedule(p_schedule waymark.schedules, p_changes jsonb) returns waymark.schedules
language plpgsql stable as $$
declare
  v_parameters jsonb;
begin
  perform waymark._check_schedule_changes(p_changes);
  -- 5.0 is a whole number, too.
  p_schedule := jsonb_populate_record(p_schedule, coalesce((
    select jsonb_object_agg(c.key, case when jsonb_typeof(c.value) = 'number' then to_jsonb(trim_scale(c.value::numeric)) else c.value end)
      from jsonb_each(p_changes) c), '{}'));
  if p_schedule.end_at <= p_schedule.start_at then
    perform waymark._raise('WM205', format('the schedule would end at %s, which is not after its start', p_schedule.end_at));
  end if;
  if p_changes ? 'schedule' then
    p_schedule.every := null;
    p_schedule.cron := null;
    if p_schedule.schedule ~* '^\s*@every\M' then
      p_schedule.every := waymark._parse_interval(p_schedule.schedule);
    else
      p_schedule.cron := waymark._parse_cron(p_schedule.schedule);
    end if;
  end if;
  perform waymark._check_zone(p_schedule.timezone);
  if p_changes ? 'arguments' then
    select p.parameters into v_parameters from waymark.workflows w join waymark.programs p using (program_id) where w.workflow = p_schedule.workflow;
    if not found then
      raise exception using errcode = 'WM201', message = format('there is no workflow "%s"', p_schedule.workflow),
        hint = 'Register it: start a worker that has it in WAYMARK_USER_MODULE, or run: waymark register MODULE.';
    end if;
    p_schedule.arguments := coalesce(nullif(p_changes -> 'arguments', 'null'), '{}');
    perform waymark._bind_arguments(p_schedule.workflow, v_parameters, p_schedule.arguments);
  end if;
  return p_schedule;
exception
  when datetime_field_overflow or invalid_datetime_format or invalid_time_zone_displacement_value then
    raise exception using errcode = 'WM205', message = format('a schedule has a time that does not exist: %s', sqlerrm);
end
$$;
comment on function waymark._change_schedule(waymark.schedules, jsonb) is 'A schedule with what is said of it, validated.';
-- file: functions/schedules/_check_schedule_changes.sql
-- Checks what is said of a schedule, but for its workflow's arguments and its plan as a whole. null takes a limit away. SQLSTATEs: WM204, WM205, WM216.
create or replace function waymark._check_schedule_changes(p_changes jsonb) returns void
language plpgsql stable as $$
declare
  c_allowed constant jsonb := jsonb '{"schedule": "a cron expression or @every and an interval", "arguments": "an object", "timezone": "the name of a time zone",
    "jitter": "seconds from 0 to 31536000", "priority": "", "queue": "", "tags": "", "overlap": "skip, queue, cancel or allow", "catch_up": "skip, one or all",
    "catch_up_limit": "a whole number from 1 to 1000", "start_at": "a time with its zone, as in 2026-01-31T12:00:00Z",
    "end_at": "a time with its zone, as in 2026-01-31T12:00:00Z", "max_runs": "a whole number from 1 to 1000000000"}';
  v_key text;
  v_value jsonb;
begin
  if p_changes is null or jsonb_typeof(p_changes) <> 'object' then
    perform waymark._raise('WM205', 'the options of a schedule must be a JSON object');
  end if;
  for v_key, v_value in select * from jsonb_each(p_changes) loop
    if not c_allowed ? v_key then
      perform waymark._raise('WM204', format('a schedule has no option "%s"', v_key), '',
        format('Options are %s.', (select string_agg(k, ', ') from jsonb_object_keys(c_allowed) k)));
    elsif v_key = 'jitter' and not (jsonb_typeof(v_value) = 'number' and v_value::numeric between 0 and 31536000) then
      perform waymark._raise('WM216', format('the jitter is %s', left(v_value::text, 100)), '', 'Give seconds from 0 to 31536000 (365 days).');
    elsif not (case
      when v_key in ('priority', 'queue', 'tags', 'jitter') or v_key in ('start_at', 'end_at', 'max_runs') and v_value = 'null' then true
      when v_key = 'overlap' then v_value <@ jsonb '["skip", "queue", "cancel", "allow"]' and jsonb_typeof(v_value) = 'string'
      when v_key = 'catch_up' then v_value <@ jsonb '["skip", "one", "all"]' and jsonb_typeof(v_value) = 'string'
      when v_key in ('catch_up_limit', 'max_runs') then jsonb_typeof(v_value) = 'number' and v_value::numeric % 1 = 0
        and v_value::numeric between 1 and case v_key when 'max_runs' then 1000000000 else 1000 end
      when v_key in ('start_at', 'end_at') then jsonb_typeof(v_value) = 'string'
        and v_value #>> '{}' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$'
      when v_key = 'arguments' then true
      else jsonb_typeof(v_value) = 'string' end)
    then
      perform waymark._raise('WM205', format('option "%s" of a schedule is %s; allowed is %s', v_key, left(v_value::text, 100), c_allowed ->> v_key));
    end if;
  end loop;
  perform waymark._parse_start_options(
    (select jsonb_object_agg(o.key, o.value) from jsonb_each(p_changes) o where o.key in ('priority', 'queue') or o.key = 'tags' and o.value <> 'null'));
end
$$;
comment on function waymark._check_schedule_changes(jsonb) is 'Checks the options of a schedule.';
-- file: functions/schedules/_check_zone.sql
-- Checks that a time zone is one of IANA's. Postgres takes more: abbreviations, which are offsets and change for no summer (CET, where IANA has a zone of
-- that name), and POSIX rules, which anything with a digit can be (Europe/Berlin2). SQLSTATEs: WM211.
create or replace function waymark._check_zone(p_zone text) returns void
language plpgsql stable as $$
begin
  if upper(p_zone) in ('UTC', 'GMT') then
    return;
  end if;
  if p_zone ~* '^([a-z_/-]+|Etc/GMT([+-]?0|[+-][1-9]|[+-]1[0-2]|-1[34]))$'
     and not exists (select from pg_catalog.pg_timezone_abbrevs a where a.abbrev = upper(p_zone)) then
    perform timestamp '2000-01-01' at time zone p_zone;
    return;
  end if;
  raise invalid_parameter_value;
exception
  when invalid_parameter_value then
    perform waymark._raise('WM211', format('unknown time zone %s', coalesce(quote_literal(left(p_zone, 100)), 'null')), 'zone',
      'Give a name of the IANA database, such as Europe/Berlin or UTC.');
end
$$;
comment on function waymark._check_zone(text) is 'Checks that a time zone is one of the IANA database.';
-- file: functions/schedules/_claim_schedules.sql
-- Locks schedules that are due, the longest due first, and those with a time that has waited for a run which has ended; answers their names.
-- Locks: schedules (skip locked).
create or replace function waymark._claim_schedules(p_batch int, p_now timestamptz) returns text[]
language plpgsql as $$
declare
  v_due text[] := array(
    select s.name from waymark.schedules s where s.due_at <= p_now order by s.due_at limit p_batch for update skip locked);
begin
  return v_due || array(
    select s.name from waymark.schedules s
     where s.queued_fire_at is not null and s.name <> all (v_due)
       and not exists (select from waymark.runs r where r.run_id = s.last_run_id and r.state = 'live')
     limit p_batch - cardinality(v_due) for update skip locked);
end
$$;
comment on function waymark._claim_schedules(int, timestamptz) is 'Locks schedules that are to be fired.';
-- file: functions/schedules/_due_at.sql
-- When a time of a schedule is to be fired: later by a part of its jitter, which is always the same for the same time, and before the next time of the plan, so
-- that no two are confused.
create or replace function waymark._due_at(p_schedule waymark.schedules, p_fire timestamptz) returns timestamptz
language plpgsql stable as $$
declare
  v_part double precision;
  v_gap double precision;
begin
  if p_schedule.jitter = 0 or p_fire is null then
    return p_fire;
  end if;
  v_part := (hashtextextended(p_schedule.name, extract(epoch from p_fire)::bigint) & 4294967295) / 4294967296.0;
  v_gap := extract(epoch from waymark._next_time(p_schedule, p_fire) - p_fire);
  return p_fire + v_part * least(p_schedule.jitter, v_gap) * interval '1 second';
end
$$;
comment on function waymark._due_at(waymark.schedules, timestamptz) is 'When a time of a schedule is to be fired, with its jitter.';
-- file: functions/schedules/_fire_key.sql
-- What makes a run the only one of its schedule and time: its idempotency key. It may be longer than those that clients can give.
create or replace function waymark._fire_key(p_name text, p_fire timestamptz) returns text
language plpgsql stable as $$
begin
  return format('schedule:%s:%s', p_name, replace(to_char(p_fire at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z'));
end
$$;
comment on function waymark._fire_key(text, timestamptz) is 'The idempotency key of the run of a schedule at a time.';
-- file: functions/schedules/_lock_schedule.sql
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
-- file: functions/schedules/_nearest_weekdays.sql
-- The days from Monday to Friday that are nearest to given ones (15W, LW), in a month of p_length days that begins on p_weekday. They do not leave the
-- month: for a Saturday the 1st it is Monday the 3rd. A day that the month does not have gives none.
create or replace function waymark._nearest_weekdays(p_days int[], p_length int, p_weekday int) returns int[]
language plpgsql immutable as $$
declare
  v_days int[] := array[]::int[];
  v_day int;
  v_weekday int;
begin
  foreach v_day in array p_days loop
    if v_day < 0 then
      v_day := p_length + 1 + v_day;
    end if;
    continue when v_day > p_length;
    v_weekday := (p_weekday + v_day - 1) % 7;
    v_days := v_days || case
      when v_weekday = 6 then v_day + case when v_day = 1 then 2 else -1 end
      when v_weekday = 0 then v_day + case when v_day = p_length then -2 else 1 end
      else v_day end;
  end loop;
  return v_days;
end
$$;
comment on function waymark._nearest_weekdays(int[], int, int) is 'The days from Monday to Friday that are nearest to given days of a month.';
-- file: functions/schedules/_next_change.sql
-- When the offset of a zone from UTC changes, within (p_low, p_high]: the first second with the new one; null: it does not. All are times of UTC.
-- The two are at most two days apart, in which no zone changes its offset twice.
create or replace function waymark._next_change(p_zone text, p_low timestamp, p_high timestamp) returns timestamp
language plpgsql stable as $$
declare
  v_offset constant interval := waymark._wall(p_low, p_zone) - p_low;
  v_low int := 0;
  v_high int;
  v_middle int;
  v_at timestamp;
begin
  if waymark._wall(p_high, p_zone) - p_high = v_offset then
    return null;
  end if;
  v_high := extract(epoch from p_high - p_low)::int;
  while v_high - v_low > 1 loop
    v_middle := (v_low + v_high) / 2;
    v_at := p_low + make_interval(secs => v_middle);
    if waymark._wall(v_at, p_zone) - v_at = v_offset then
      v_low := v_middle;
    else
      v_high := v_middle;
    end if;
  end loop;
  return p_low + make_interval(secs => v_high);
end
$$;
comment on function waymark._next_change(text, timestamp, timestamp) is 'When the offset of a zone from UTC changes between two times.';
-- file: functions/schedules/_next_cron_day.sql
-- The first date from p_from on that a cron expression matches; null: none until p_until. Other months are passed over.
create or replace function waymark._next_cron_day(p_cron waymark.cron, p_from date, p_until date) returns date
language plpgsql stable as $$
declare
  v_month date := p_from - (extract(day from p_from)::int - 1);
  v_next date;
  v_length int;
  v_first int;
  v_weekday int;
  v_near int[];
  v_is_day boolean;
  v_is_weekday boolean;
begin
  if cardinality(p_cron.days) = 31 and cardinality(p_cron.weekdays) = 7 and cardinality(p_cron.months) = 12 then
    return case when p_from <= p_until then p_from end;  -- every day, as most do
  end if;
  while v_month <= p_until loop
    v_next := v_month + interval '1 month';
    if extract(month from v_month)::int = any (p_cron.months) then
      v_length := v_next - v_month;
      v_first := extract(dow from v_month);
      v_near := waymark._nearest_weekdays(p_cron.near_days, v_length, v_first);
      for v_day in greatest(1, p_from - v_month + 1) .. v_length loop
        v_weekday := (v_first + v_day - 1) % 7;
        v_is_day := v_day = any (p_cron.days) or v_day - v_length - 1 = any (p_cron.days) or v_day = any (v_near);
        v_is_weekday := v_weekday = any (p_cron.weekdays) or v_weekday + 7 * ((v_day + 6) / 7) = any (p_cron.weekdays)
          or (v_day + 7 > v_length and v_weekday - 7 = any (p_cron.weekdays));
        if v_is_day and v_is_weekday or not p_cron.both_days and (v_is_day or v_is_weekday) then
          return v_month + v_day - 1;
        end if;
      end loop;
    end if;
    v_month := v_next;
  end loop;
  return null;
end
$$;
comment on function waymark._next_cron_day(waymark.cron, date, date) is 'The first date that a cron expression matches.';
-- file: functions/schedules/_next_cron_time.sql
-- The first time of day from p_from on that a cron expression matches; null: none on that day.
create or replace function waymark._next_cron_time(p_cron waymark.cron, p_from time) returns time
language plpgsql immutable as $$
declare
  v_from_hour constant int := extract(hour from p_from);
  v_from_minute constant int := extract(minute from p_from);
  v_hour int := waymark._next_of(p_cron.hours, v_from_hour);
  v_minute int := p_cron.minutes[1];
  v_second int := p_cron.seconds[1];
begin
  if v_hour = v_from_hour then
    v_minute := waymark._next_of(p_cron.minutes, v_from_minute);
    if v_minute = v_from_minute then
      v_second := waymark._next_of(p_cron.seconds, extract(second from p_from)::int);
      if v_second is null then
        v_second := p_cron.seconds[1];
        v_minute := waymark._next_of(p_cron.minutes, v_from_minute + 1);
      end if;
    end if;
    if v_minute is null then
      v_minute := p_cron.minutes[1];
      v_hour := waymark._next_of(p_cron.hours, v_from_hour + 1);
    end if;
  end if;
  return make_time(v_hour, v_minute, v_second);
end
$$;
comment on function waymark._next_cron_time(waymark.cron, time) is 'The first time of day that a cron expression matches.';
-- file: functions/schedules/_next_due_in.sql
-- In how many milliseconds a schedule is due next; null: none is planned. What another daemon has in hand, and what waits for a run to end, is looked at every second.
create or replace function waymark._next_due_in(p_now timestamptz) returns bigint
language plpgsql stable as $$
declare
  c_look constant bigint := 1000;
  v_due_at timestamptz := (select s.due_at from waymark.schedules s where s.due_at is not null order by s.due_at limit 1);
begin
  return least(
    case when v_due_at <= p_now then c_look when v_due_at > p_now then greatest(ceil(extract(epoch from v_due_at - waymark._now()) * 1000), 0) end,
    case when exists (select from waymark.schedules s where s.queued_fire_at is not null) then c_look end);
end
$$;
comment on function waymark._next_due_in(timestamptz) is 'In how many milliseconds a schedule is due next.';
-- file: functions/schedules/_next_fire.sql
-- The first time after p_after at which a cron expression fires in a zone; null: it does not, within 41 years. That decides about never: a calendar
-- year is of one of 14 kinds (leap or not, the weekday it begins with), and none of them stays away for more than 40 years.
-- p_after and the answer are UTC; arithmetic on `timestamp` does not depend on the zone of the session. It moves forward, from one change of the
-- zone's offset to the next; between two changes, the clock on the wall (v_wall) and time itself run alike.
create or replace function waymark._next_fire(p_cron waymark.cron, p_after timestamp, p_zone text) returns timestamp
language plpgsql stable as $$
declare
  v_until constant timestamp := p_after + interval '41 years';
  v_at timestamp := date_trunc('second', p_after) + interval '1 second';
  v_wall timestamp;
  v_from timestamp;
  v_match timestamp;
  v_fire timestamp;
  v_change timestamp;
begin
  if upper(p_zone) in ('UTC', 'GMT') then
    return waymark._next_match(p_cron, v_at, v_until);
  end if;
  while v_at <= v_until loop
    v_wall := waymark._wall(v_at, p_zone);
    v_from := v_wall;
    if not p_cron.elapsed then
      v_change := waymark._next_change(p_zone, v_at - interval '1 day', v_at);
      if v_change is not null then
        -- What the clock would have shown, had it not been set: later than it shows where it was set back, and until then all has fired.
        v_from := waymark._wall(v_change - interval '1 second', p_zone) + interval '1 second';
        if v_change < v_at then
          v_from := greatest(v_from, v_wall);
        end if;
      end if;
    end if;
    v_match := waymark._next_match(p_cron, v_from, v_until);
    if v_match is null then
      return null;
    end if;
    if v_match < v_wall then
      return v_at;  -- the clock was set forward over it, to now
    end if;
    v_fire := v_at + (v_match - v_wall);
    v_change := waymark._next_change(p_zone, v_at, least(v_fire, v_at + interval '2 days'));
    if v_change is not null then
      v_at := v_change;
    elsif v_fire <= v_at + interval '2 days' then
      return v_fire;
    else
      -- No clock is set back by as much as two days: nothing fires until so long before the match, however often the offset changes.
      v_at := greatest(v_at + interval '2 days', (v_match - interval '2 days') at time zone p_zone at time zone 'UTC');
    end if;
  end loop;
  return null;
end
$$;
comment on function waymark._next_fire(waymark.cron, timestamp, text) is 'The first time after another at which a cron expression fires.';
-- file: functions/schedules/_next_match.sql
-- The first date and time from p_from on that a cron expression matches, on a clock that is never set; null: none until p_until.
create or replace function waymark._next_match(p_cron waymark.cron, p_from timestamp, p_until timestamp) returns timestamp
language plpgsql stable as $$
declare
  v_time time := waymark._next_cron_time(p_cron, p_from::time);
  v_day date := waymark._next_cron_day(p_cron, case when v_time is null then p_from::date + 1 else p_from::date end, p_until::date);
begin
  return v_day + case when v_day = p_from::date then v_time else waymark._next_cron_time(p_cron, '00:00') end;
end
$$;
comment on function waymark._next_match(waymark.cron, timestamp, timestamp) is 'The first date and time that a cron expression matches.';
-- file: functions/schedules/_next_of.sql
-- The first of sorted numbers that is not below p_from; null: none. Cheaper than a query for what is asked several times a fire.
create or replace function waymark._next_of(p_sorted int[], p_from int) returns int
language plpgsql immutable as $$
declare
  v_number int;
begin
  foreach v_number in array p_sorted loop
    if v_number >= p_from then
      return v_number;
    end if;
  end loop;
  return null;
end
$$;
comment on function waymark._next_of(int[], int) is 'The first of sorted numbers that is not below another.';
-- file: functions/schedules/_next_time.sql
-- The first time of a schedule's plan after another, whatever it has fired already; null: none before its end.
-- An interval is a multiple from where it is counted, so that nothing adds up.
create or replace function waymark._next_time(p_schedule waymark.schedules, p_after timestamptz) returns timestamptz
language plpgsql stable as $$
declare
  v_anchor timestamptz;
  v_fire timestamptz;
begin
  if p_after < p_schedule.start_at then
    p_after := p_schedule.start_at - interval '1 microsecond';
  end if;
  if p_schedule.every is null then
    v_fire := waymark._next_fire(p_schedule.cron, p_after at time zone 'UTC', p_schedule.timezone) at time zone 'UTC';
  else
    v_anchor := coalesce(p_schedule.start_at, p_schedule.created_at);
    v_fire := v_anchor
      + (floor(extract(epoch from p_after - v_anchor) / extract(epoch from p_schedule.every)) + 1)::double precision * p_schedule.every;
  end if;
  return case when v_fire >= p_schedule.end_at then null else v_fire end;
end
$$;
comment on function waymark._next_time(waymark.schedules, timestamptz) is 'The first time of a schedule''s plan after another.';
-- file: functions/schedules/_parse_cron.sql
-- Validates a cron expression, once, into the sets of what its fields match. docs/schedules.md has the language.
-- SQLSTATEs: WM210, naming the position and what is expected there.
create or replace function waymark._parse_cron(p_expression text) returns waymark.cron
language plpgsql immutable as $$
declare
  c_nicknames constant jsonb := jsonb '{"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
                                  "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *"}';
  v_text text := regexp_replace(coalesce(p_expression, ''), '\s+$', '');
  v_count int;
  v_field_text text;
  v_at int;
  v_set int[];
  v_cron waymark.cron := row('{0}', '{}', '{}', '{}', '{}', '{}', '{}', false, false);
begin
  if length(v_text) > 1000 then
    perform waymark._refuse_cron(substr(v_text, 1001), 1001, 'the end');
  elsif v_text ~ '^\s*@' then
    v_at := regexp_instr(v_text, '@');
    v_text := c_nicknames ->> lower(substr(v_text, v_at));
    if v_text is null then
      perform waymark._refuse_cron(substr(p_expression, v_at), v_at, '@yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly');
    end if;
  end if;
  v_count := regexp_count(v_text, '\S+');
  if v_count < 5 then
    perform waymark._refuse_cron('', length(v_text) + 1, 'one more of minute, hour, day of month, month and day of week');
  elsif v_count > 6 then
    perform waymark._refuse_cron(regexp_substr(v_text, '\S+', 1, 7), regexp_instr(v_text, '\S+', 1, 7), 'the end');
  end if;
  -- Fields are numbered from the second, which may be left out.
  for v_field in 7 - v_count .. 6 loop
    v_at := regexp_instr(v_text, '\S+', 1, v_field - 6 + v_count);
    v_field_text := upper(regexp_substr(v_text, '\S+', v_at));
    v_set := waymark._parse_cron_field(v_field_text, v_field, v_at);
    case v_field
      when 1 then v_cron.seconds := v_set;
      when 2 then v_cron.minutes := v_set;
      when 3 then v_cron.hours := v_set;
      when 4 then
        v_cron.days := array(select d from unnest(v_set) d where d < 50);
        v_cron.near_days := array(select d - 100 from unnest(v_set) d where d > 50);
      when 5 then v_cron.months := v_set;
      when 6 then v_cron.weekdays := v_set;
    end case;
    v_cron.elapsed := v_cron.elapsed or (v_field in (2, 3) and v_field_text ^@ '*');
    v_cron.both_days := v_cron.both_days or (v_field in (4, 6) and v_field_text ~ '^[*?]');
  end loop;
  return v_cron;
end
$$;
comment on function waymark._parse_cron(text) is 'Validates a cron expression into the sets of what its fields match.';
-- file: functions/schedules/_parse_cron_day.sql
-- A day of the month counted from its end (L, L-3: -1, -4), or the weekday that is nearest to a day (15W, LW: 115, 99). SQLSTATEs: WM210.
create or replace function waymark._parse_cron_day(p_item text, p_position int) returns int
language plpgsql immutable as $$
declare
  v_before text := substring(p_item from '^L-([0-9]{1,2})$');
  v_near text := substring(p_item from '^([^L]*)W$');
begin
  if p_item not in ('L', 'LW') and v_near is null and not coalesce(v_before::int between 1 and 30, false) then
    perform waymark._refuse_cron(p_item, p_position, 'L, L-1 to L-30, LW or 1W to 31W');
  end if;
  return case
    when p_item = 'LW' then 99
    when v_near is not null then 100 + waymark._parse_cron_value(v_near, 4, p_position)
    else -1 - coalesce(v_before::int, 0) end;
end
$$;
comment on function waymark._parse_cron_day(text, int) is 'A day of the month of a cron expression that is not a number.';
-- file: functions/schedules/_parse_cron_field.sql
-- What a field of a cron expression matches, sorted: numbers, and those codes of `waymark.cron` that say a day in another way (nearest weekdays plus 100).
-- p_field: 1 second, 2 minute, 3 hour, 4 day of month, 5 month, 6 day of week. p_position: where the field begins. SQLSTATEs: WM210.
create or replace function waymark._parse_cron_field(p_text text, p_field int, p_position int) returns int[]
language plpgsql immutable as $$
declare
  v_item text;
  v_at int := p_position;
  v_set int[] := array[]::int[];
begin
  foreach v_item in array string_to_array(p_text, ',') loop
    v_set := v_set || case
      when p_field = 4 and v_item ~ '[LW]' then array[waymark._parse_cron_day(v_item, v_at)]
      when p_field = 6 and v_item ~ '[L#]' then array[waymark._parse_cron_weekday(v_item, v_at)]
      else waymark._parse_cron_item(v_item, p_field, v_at) end;
    v_at := v_at + length(v_item) + 1;
  end loop;
  return array(select distinct n from unnest(v_set) n order by n);
end
$$;
comment on function waymark._parse_cron_field(text, int, int) is 'What a field of a cron expression matches.';
-- file: functions/schedules/_parse_cron_item.sql
-- What one item of a field's list matches: a number or name, a range, *, ? or one of them with a step. SQLSTATEs: WM210.
create or replace function waymark._parse_cron_item(p_item text, p_field int, p_position int) returns int[]
language plpgsql immutable as $$
declare
  v_high constant int := (array[59, 59, 23, 31, 12, 7])[p_field];
  v_parts text[] := regexp_match(p_item, '^([*]|[^-/]+)(?:(-)([^/]*))?(?:(/)(.*))?$');
  v_from int;
  v_to int := v_high;
  v_step int := 1;
begin
  if p_item = '?' and p_field in (4, 6) then
    v_parts := array['*', null, null, null, null];
  elsif v_parts is null or (v_parts[1] = '*' and v_parts[2] is not null) then
    v_parts := array[p_item, null, null, null, null];
  end if;
  if v_parts[1] = '*' then
    v_from := case when p_field in (4, 5) then 1 else 0 end;
  else
    v_from := waymark._parse_cron_value(v_parts[1], p_field, p_position);
    if v_parts[2] is not null then
      v_to := waymark._parse_cron_value(v_parts[3], p_field, p_position + length(v_parts[1]) + 1);
      if v_to < v_from then
        perform waymark._refuse_cron(v_parts[3], p_position + length(v_parts[1]) + 1, format('the end of a range, not below %s,', v_parts[1]));
      end if;
    elsif v_parts[4] is null then
      v_to := v_from;
    end if;
  end if;
  if v_parts[4] is not null then
    if v_parts[5] !~ '^[0-9]{1,4}$' or v_parts[5]::int = 0 then
      perform waymark._refuse_cron(v_parts[5], p_position + position('/' in p_item), 'a step from 1 to 9999');
    end if;
    v_step := v_parts[5]::int;
  end if;
  -- 0 and 7 are Sunday.
  return array(select case when p_field = 6 then n % 7 else n end from generate_series(v_from, v_to, v_step) n);
end
$$;
comment on function waymark._parse_cron_item(text, int, int) is 'What an item in the list of a field of a cron expression matches.';
-- file: functions/schedules/_parse_cron_value.sql
-- A number or name in a field of a cron expression. SQLSTATEs: WM210.
create or replace function waymark._parse_cron_value(p_text text, p_field int, p_position int) returns int
language plpgsql immutable as $$
declare
  c_months constant text[] := string_to_array('JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC', ' ');
  c_weekdays constant text[] := string_to_array('SUN MON TUE WED THU FRI SAT', ' ');
  c_lowest constant int[] := array[0, 0, 0, 1, 1, 0];
  c_highest constant int[] := array[59, 59, 23, 31, 12, 7];
  v_value int := case
    when p_text ~ '^[0-9]{1,4}$' then p_text::int
    when p_field = 5 then array_position(c_months, p_text)
    when p_field = 6 then array_position(c_weekdays, p_text) - 1 end;
begin
  if not coalesce(v_value between c_lowest[p_field] and c_highest[p_field], false) then
    perform waymark._refuse_cron(p_text, p_position, (array['a second from 0 to 59', 'a minute from 0 to 59', 'an hour from 0 to 23',
      'a day of the month from 1 to 31', 'a month from 1 to 12 or JAN to DEC', 'a day of the week from 0 to 7 or SUN to SAT'])[p_field]);
  end if;
  return v_value;
end
$$;
comment on function waymark._parse_cron_value(text, int, int) is 'A number or name in a field of a cron expression.';
-- file: functions/schedules/_parse_cron_weekday.sql
-- A day of the week that is the last of its month (5L, FRIL: -2) or the first to fifth (FRI#2: 19), as `waymark.cron` has them. SQLSTATEs: WM210.
create or replace function waymark._parse_cron_weekday(p_item text, p_position int) returns int
language plpgsql immutable as $$
declare
  v_parts text[] := regexp_match(p_item, '^([^L#]*)(L$|#)(.*)$');
  v_day int := waymark._parse_cron_value(coalesce(v_parts[1], p_item), 6, p_position) % 7;
begin
  if v_parts[2] = 'L' then
    return v_day - 7;
  elsif v_parts[3] !~ '^[1-5]$' then
    perform waymark._refuse_cron(v_parts[3], p_position + position('#' in p_item), 'a number from 1 to 5');
  end if;
  return v_day + 7 * v_parts[3]::int;
end
$$;
comment on function waymark._parse_cron_weekday(text, int) is 'A day of the week of a cron expression that is not each of its kind.';
-- file: functions/schedules/_parse_interval.sql
-- The interval of a schedule, `@every 90 seconds`: a length of time, in which a day has 24 hours. Months have no length. SQLSTATEs: WM215.
create or replace function waymark._parse_interval(p_schedule text) returns interval
language plpgsql stable as $$
declare
  v_text text := substring(p_schedule from '(?i)^\s*@every\s+(.*\S)\s*$');
  v_every interval;
begin
  v_every := v_text::interval;
  if extract(years from v_every) <> 0 or extract(months from v_every) <> 0 then
    raise invalid_datetime_format;
  end if;
  v_every := make_interval(secs => extract(epoch from v_every)::double precision);
  if not coalesce(v_every between interval '1 second' and interval '3153600000 seconds', false) then
    raise invalid_datetime_format;
  end if;
  return v_every;
exception
  when invalid_datetime_format or datetime_field_overflow or interval_field_overflow then
    raise exception using errcode = 'WM215', message = format('%L is no interval of a schedule', left(coalesce(v_text, p_schedule), 100)),
      detail = 'from 1 second to 100 years',
      hint = 'Write @every and a length of time: @every 90 seconds. What follows months or the clock is a cron expression: 0 0 1 * *.';
end
$$;
comment on function waymark._parse_interval(text) is 'The interval of a schedule that begins with @every.';
-- file: functions/schedules/_plan.sql
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
-- file: functions/schedules/_plan_fires.sql
-- Decides what a schedule starts now: the time that has waited for its run to end, then what has become due, as catch_up and overlap say. Answers the schedule with
-- its next time, and the times for which runs are to be started. One that cannot be computed keeps its time, says why, and is tried again after a minute.
create or replace function waymark._plan_fires(p_schedule waymark.schedules, p_is_live boolean, p_now timestamptz) returns waymark.schedule_fires
language plpgsql stable as $$
declare
  c_again constant interval := interval '1 minute';
  v_taken waymark.schedule_fires;
  v_times timestamptz[] := array[]::timestamptz[];
  v_fire timestamptz;
begin
  if p_schedule.queued_fire_at is not null and not p_is_live then
    v_times := array[p_schedule.queued_fire_at];
    p_schedule.queued_fire_at := null;
    p_is_live := true;
  end if;
  if p_schedule.due_at > p_now or p_schedule.due_at is null then
    return row(p_schedule, v_times);
  end if;
  begin
    v_taken := waymark._take_due(p_schedule, p_now);
    p_schedule := v_taken.schedule;
  exception when data_exception then
    p_schedule.last_error := format('%s: %s', sqlstate, sqlerrm);
    p_schedule.due_at := p_now + c_again;
    return row(p_schedule, v_times);
  end;
  foreach v_fire in array v_taken.times loop
    exit when p_schedule.runs_started + cardinality(v_times) + num_nonnulls(p_schedule.queued_fire_at) >= p_schedule.max_runs;
    if p_schedule.overlap in ('allow', 'cancel') or not p_is_live then
      v_times := v_times || v_fire;
      p_is_live := true;
    elsif p_schedule.overlap = 'queue' and p_schedule.queued_fire_at is null then
      p_schedule.queued_fire_at := v_fire;
    else
      p_schedule.fires_skipped := p_schedule.fires_skipped + 1;
    end if;
  end loop;
  return row(p_schedule, v_times);
end
$$;
comment on function waymark._plan_fires(waymark.schedules, boolean, timestamptz) is 'Decides what a schedule starts now.';
-- file: functions/schedules/_record_fires.sql
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
-- file: functions/schedules/_refuse_cron.sql
-- Refuses a cron expression; never returns. SQLSTATEs: WM210.
create or replace function waymark._refuse_cron(p_found text, p_position int, p_expected text) returns void
language plpgsql immutable as $$
begin
  perform waymark._raise('WM210', format('the cron expression does not parse at position %s: %s where %s is expected', p_position,
      case when p_found = '' then 'nothing' else quote_literal(left(p_found, 40)) end, p_expected),
    format('position %s', p_position), 'Write minute, hour, day of month, month and day of week, and seconds before them if need be: 30 9 * * MON-FRI.');
end
$$;
comment on function waymark._refuse_cron(text, int, text) is 'Refuses (WM210) a cron expression, naming the position and what is expected there.';
-- file: functions/schedules/_skip_times.sql
-- Passes over times of a schedule's plan, of which p_fire is one: all until p_until, at most p_limit. Answers how many, and the time behind them, null if there is none.
-- Days and hours in which no clock is set all have as many, so that a year is not counted second by second.
create or replace function waymark._skip_times(p_schedule waymark.schedules, p_fire timestamptz, p_until timestamptz, p_limit bigint) returns waymark.skip
language plpgsql stable as $$
declare
  v_cron constant waymark.cron := p_schedule.cron;
  v_until constant timestamptz := least(p_until, p_schedule.end_at - interval '1 microsecond');
  v_hour constant int := cardinality(v_cron.minutes) * cardinality(v_cron.seconds);
  v_past constant interval := case when v_cron.elapsed then interval '0' else interval '1 day' end;
  v_skip waymark.skip := row(p_fire, 0);
  v_left bigint;
  v_at timestamp;
  v_wall timestamp;
  v_day interval;
  v_unit interval;
  v_times bigint;
begin
  if p_schedule.every is not null and p_fire <= v_until then
    v_skip.times := least(floor(extract(epoch from v_until - p_fire) / extract(epoch from p_schedule.every)) + 1, p_limit);
    v_skip.fire_at := case when v_skip.times > 0 then waymark._next_time(p_schedule, p_fire + (v_skip.times - 1) * p_schedule.every) else p_fire end;
    return v_skip;
  end if;
  while v_skip.fire_at <= v_until and coalesce(v_skip.times < p_limit, true) loop
    v_left := p_limit - v_skip.times;
    v_at := v_skip.fire_at at time zone 'UTC';
    v_wall := waymark._wall(v_at, p_schedule.timezone);
    v_day := make_interval(hours => v_cron.hours[1], mins => v_cron.minutes[1], secs => v_cron.seconds[1]);
    v_times := v_hour * cardinality(v_cron.hours);
    v_unit := date_trunc('day', v_wall) + interval '1 day' - v_wall;
    if v_wall <> date_trunc('day', v_wall) + v_day or v_times > v_left or (v_at + v_unit) at time zone 'UTC' > v_until then
      v_times := v_hour;
      v_unit := date_trunc('hour', v_wall) + interval '1 hour' - v_wall;
    end if;
    if v_times = 1 or v_times > v_left or (v_at + v_unit) at time zone 'UTC' > v_until
       or (v_times = v_hour and v_wall <> date_trunc('hour', v_wall) + make_interval(mins => v_cron.minutes[1], secs => v_cron.seconds[1]))
       or waymark._next_change(p_schedule.timezone, v_at - v_past, v_at + v_unit) is not null then
      v_times := 1;
      v_unit := interval '1 second';
    end if;
    v_skip.times := v_skip.times + v_times;
    v_skip.fire_at := waymark._next_time(p_schedule, (v_at + v_unit) at time zone 'UTC' - interval '1 second');
  end loop;
  return v_skip;
end
$$;
comment on function waymark._skip_times(waymark.schedules, timestamptz, timestamptz, bigint) is 'Passes over times of a schedule''s plan, and counts them.';
-- file: functions/schedules/_start_fires.sql
-- Starts the runs of schedules, those that are alike together. Answers each with its run, or with what refused it: then the others go on.
create or replace function waymark._start_fires(p_starts waymark.schedule_start[]) returns waymark.schedule_start[]
language plpgsql as $$
declare
  v_group waymark.schedule_start[];
  v_done waymark.schedule_start[] := array[]::waymark.schedule_start[];
begin
  for v_group in
    select array_agg(s order by s.fire_at, s.name) from unnest(p_starts) s
     group by s.workflow, s.priority, s.queue, s.tags order by s.workflow, s.priority, s.queue, s.tags
  loop
    v_done := v_done || waymark._try_starts(v_group);
  end loop;
  return v_done;
end
$$;
comment on function waymark._start_fires(waymark.schedule_start[]) is 'Starts the runs of schedules.';
-- file: functions/schedules/_start_times.sql
-- Starts runs of a schedule for times of its plan; null: for none. A time that has a run already is answered with that.
-- SQLSTATEs: WM201, WM202, WM203 the workflow takes other arguments now.
create or replace function waymark._start_times(p_schedule waymark.schedules, p_times timestamptz[]) returns uuid[]
language plpgsql as $$
begin
  return waymark._start_runs(p_schedule.workflow, array(select p_schedule.arguments from unnest(p_times)),
    array(select case when t is not null then waymark._fire_key(p_schedule.name, t) end from unnest(p_times) with ordinality f(t, i) order by i),
    row(p_schedule.priority, p_schedule.queue, null, 0, p_schedule.tags, null, null)::waymark.start_options);
end
$$;
comment on function waymark._start_times(waymark.schedules, timestamptz[]) is 'Starts runs of a schedule for times of its plan.';
-- file: functions/schedules/_store_schedule.sql
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
-- file: functions/schedules/_take_due.sql
-- Takes the times of a schedule that have become due: those with which catch_up catches up, oldest first; the others are counted as skipped. The schedule gets the
-- time behind them. Where the running is cancelled, all but the last would be at once, so that there is nothing to catch up with.
create or replace function waymark._take_due(p_schedule waymark.schedules, p_now timestamptz) returns waymark.schedule_fires
language plpgsql stable as $$
declare
  c_late constant interval := interval '1 minute';
  v_kept constant int := case when p_schedule.catch_up = 'all' and p_schedule.overlap <> 'cancel' then p_schedule.catch_up_limit else 1 end;
  v_first timestamptz := p_schedule.fire_at;
  v_times bigint;
  v_skip waymark.skip;
  v_late int;
  v_due timestamptz[] := array[p_schedule.fire_at];
begin
  p_schedule.fire_at := waymark._next_time(p_schedule, v_first);
  if p_schedule.fire_at <= p_now then
    v_times := (waymark._skip_times(p_schedule, v_first, p_now, null)).times;
    -- The last of them may be put off by its jitter.
    v_skip := waymark._skip_times(p_schedule, v_first, p_now, greatest(v_times - v_kept - 1, 0));
    p_schedule.fires_skipped := p_schedule.fires_skipped + v_skip.times;
    p_schedule.fire_at := v_skip.fire_at;
    v_due := array[]::timestamptz[];
    while p_schedule.fire_at <= p_now and waymark._due_at(p_schedule, p_schedule.fire_at) <= p_now loop
      v_due := v_due || p_schedule.fire_at;
      p_schedule.fire_at := waymark._next_time(p_schedule, p_schedule.fire_at);
    end loop;
  end if;
  v_late := case
    when p_schedule.catch_up = 'skip' and waymark._due_at(p_schedule, v_due[cardinality(v_due)]) < p_now - c_late then cardinality(v_due)
    else greatest(cardinality(v_due) - v_kept, 0) end;
  p_schedule.fires_skipped := p_schedule.fires_skipped + v_late;
  v_due := v_due[v_late + 1 :];
  p_schedule.due_at := waymark._due_at(p_schedule, p_schedule.fire_at);
  return row(p_schedule, v_due);
end
$$;
comment on function waymark._take_due(waymark.schedules, timestamptz) is 'Takes the times of a schedule that have become due.';
-- file: functions/schedules/_try_starts.sql
-- Starts runs of the same workflow with the same options. Where that is refused, each is tried on its own: only that which is at fault keeps the error.
create or replace function waymark._try_starts(p_starts waymark.schedule_start[]) returns waymark.schedule_start[]
language plpgsql as $$
declare
  v_first constant waymark.schedule_start := p_starts[1];
  v_run_ids uuid[];
  v_done waymark.schedule_start[] := array[]::waymark.schedule_start[];
begin
  v_run_ids := waymark._start_runs(v_first.workflow, array(select s.arguments from unnest(p_starts) s),
    array(select waymark._fire_key(s.name, s.fire_at) from unnest(p_starts) s),
    row(v_first.priority, v_first.queue, null, 0, v_first.tags, null, null)::waymark.start_options);
  return array(
    select row(s.name, s.workflow, s.arguments, s.priority, s.queue, s.tags, s.fire_at, s.run_id, null)::waymark.schedule_start
      from unnest(p_starts, v_run_ids) with ordinality s(name, workflow, arguments, priority, queue, tags, fire_at, none, error, run_id, i) order by s.i);
exception when sqlstate 'WM201' or sqlstate 'WM202' or sqlstate 'WM203' or sqlstate 'WM206' then
  if cardinality(p_starts) = 1 then
    p_starts[1].error := format('%s: %s', sqlstate, sqlerrm);
    return p_starts;
  end if;
  for v_i in 1 .. cardinality(p_starts) loop
    v_done := v_done || waymark._try_starts(p_starts[v_i : v_i]);
  end loop;
  return v_done;
end
$$;
comment on function waymark._try_starts(waymark.schedule_start[]) is 'Starts runs of schedules that are alike.';
-- file: functions/schedules/_wall.sql
-- What the clocks of a zone show at a time of UTC.
create or replace function waymark._wall(p_at timestamp, p_zone text) returns timestamp
language plpgsql stable as $$
begin
  return p_at at time zone 'UTC' at time zone p_zone;
end
$$;
comment on function waymark._wall(timestamp, text) is 'What the clocks of a zone show at a time of UTC.';
-- file: functions/schedules/backfill_schedule.sql
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
-- file: functions/schedules/create_schedule.sql
-- Starts runs of a workflow again and again, as a cron expression or `@every <interval>` says; docs/schedules.md has the options. Each run is of the workflow's
-- newest program then; the arguments are checked with that of today. The first time is after now.
-- SQLSTATEs: WM201, WM202, WM203, WM206 workflow and arguments; WM204, WM205 options; WM210, WM211, WM212, WM215, WM216 the plan; WM213 the name is taken.
create or replace function waymark.create_schedule(
  p_name text, p_workflow text, p_schedule text, p_arguments jsonb default '{}', p_options jsonb default '{}') returns void
language plpgsql security definer set search_path = '' as $$
declare
  c_new constant jsonb := jsonb '{"timezone": "UTC", "jitter": 0, "priority": 0, "queue": "default", "overlap": "skip", "catch_up": "one", "catch_up_limit": 100,
    "state": "active", "runs_started": 0, "runs_triggered": 0, "fires_skipped": 0, "fires_failed": 0}';
  v_now timestamptz := waymark._now();
  v_schedule waymark.schedules;
begin
  if not coalesce(length(p_name) between 1 and 200, false) then
    perform waymark._raise('WM205', 'the name of a schedule has 1 to 200 characters');
  end if;
  if p_options ?| array['schedule', 'arguments'] then
    perform waymark._raise('WM204', 'schedule and arguments are no options of waymark.create_schedule', '', 'They are parameters of their own.');
  end if;
  v_schedule := jsonb_populate_record(v_schedule, c_new || jsonb_build_object('name', p_name, 'workflow', p_workflow, 'created_at', v_now));
  v_schedule := waymark._change_schedule(v_schedule, p_options);
  v_schedule := waymark._change_schedule(v_schedule, jsonb_build_object('schedule', coalesce(p_schedule, ''), 'arguments', p_arguments));
  v_schedule := waymark._plan(v_schedule, v_now);
  insert into waymark.schedules select (v_schedule).* on conflict (name) do nothing;
  if not found then
    perform waymark._raise('WM213', format('there is a schedule %L already', p_name), '', 'Choose another name, or change it: waymark.edit_schedule.');
  end if;
  perform pg_notify('waymark', 'schedules');
end
$$;
comment on function waymark.create_schedule(text, text, text, jsonb, jsonb) is 'Starts runs of a workflow again and again, by a plan.';
-- file: functions/schedules/cron_next.sql
-- The next times of a cron expression, after a given time: at most p_count of them, and fewer only where it does not fire again within 41 years.
-- docs/schedules.md has the language and what happens when clocks change. Reads only.
-- SQLSTATEs: WM205 (p_after, p_count), WM210 (does not parse), WM211 (unknown time zone), WM212 (never fires).
create or replace function waymark.cron_next(p_expression text, p_after timestamptz, p_zone text default 'UTC', p_count int default 1)
returns setof timestamptz
language plpgsql stable security definer set search_path = '' as $$
declare
  v_cron waymark.cron := waymark._parse_cron(p_expression);
  v_fire timestamp := p_after at time zone 'UTC';
begin
  perform waymark._check_zone(p_zone);
  if not coalesce(p_after between '0001-01-01 00:00:00Z' and '9999-12-31 23:59:59Z', false) then
    perform waymark._raise('WM205', format('p_after is %s', coalesce(p_after::text, 'null')), 'p_after', 'Give a time of the years 1 to 9999.');
  end if;
  if not coalesce(p_count between 1 and 1000, false) then
    perform waymark._raise('WM205', format('p_count is %s', coalesce(p_count::text, 'null')), 'p_count', 'Ask for 1 to 1000 times.');
  end if;
  for v_number in 1 .. p_count loop
    v_fire := waymark._next_fire(v_cron, v_fire, p_zone);
    if v_fire is null and v_number = 1 then
      perform waymark._raise('WM212', format('the cron expression %L never fires', p_expression),
        format('after %s, in %s', p_after, p_zone), 'Give it a day that its months have, and a time that its zone has on that day.');
    end if;
    exit when v_fire is null;
    return next v_fire at time zone 'UTC';
  end loop;
end
$$;
comment on function waymark.cron_next(text, timestamptz, text, int) is 'The next times of a cron expression in a time zone.';
-- file: functions/schedules/delete_schedule.sql
-- Deletes a schedule. Its runs go on.
-- Locks: the schedule. SQLSTATEs: WM214.
create or replace function waymark.delete_schedule(p_name text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform waymark._lock_schedule(p_name);
  delete from waymark.schedules s where s.name = p_name;
end
$$;
comment on function waymark.delete_schedule(text) is 'Deletes a schedule; its runs go on.';
-- file: functions/schedules/edit_schedule.sql
-- Changes a schedule from now on. What has not been fired by now of the old plan is seen to by the new one: its times since then are caught up with, as catch_up
-- says. One that has ended goes on where the change gives it more times.
-- Locks: the schedule. SQLSTATEs: those of waymark.create_schedule; WM214 unknown schedule.
create or replace function waymark.edit_schedule(p_name text, p_changes jsonb) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
  v_schedule waymark.schedules := waymark._lock_schedule(p_name);
begin
  v_schedule := waymark._change_schedule(v_schedule, p_changes);
  if v_schedule.state = 'ended' and v_schedule.runs_started + num_nonnulls(v_schedule.queued_fire_at) >= v_schedule.max_runs then
    null;  -- more times are of no use
  elsif p_changes ?| array['schedule', 'timezone', 'start_at', 'end_at'] or v_schedule.state = 'ended' and p_changes ? 'max_runs' then
    v_schedule := waymark._plan(v_schedule, least(v_now, v_schedule.fire_at - interval '1 microsecond'));
  elsif v_schedule.state = 'active' then
    v_schedule.due_at := waymark._due_at(v_schedule, v_schedule.fire_at);
  end if;
  if v_schedule.runs_started + num_nonnulls(v_schedule.queued_fire_at) >= v_schedule.max_runs then
    v_schedule.state := 'ended';
    v_schedule.fire_at := null;
    v_schedule.due_at := null;
  end if;
  perform waymark._store_schedule(v_schedule);
end
$$;
comment on function waymark.edit_schedule(text, jsonb) is 'Changes a schedule from now on.';
-- file: functions/schedules/fire_schedules.sql
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
-- file: functions/schedules/list_schedules.sql
-- The schedules of a state (null: all) by name. SQLSTATEs: WM205.
create or replace function waymark.list_schedules(p_state text default null) returns setof waymark.schedule_info
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_state not in ('active', 'paused', 'ended') then
    perform waymark._raise('WM205', format('schedules have no state %L', left(p_state, 100)), '', 'States are active, paused and ended.');
  end if;
  return query
    select s.name, s.workflow, s.schedule, s.timezone, s.state, s.arguments,
           jsonb_strip_nulls(jsonb_build_object(
             'jitter', s.jitter, 'priority', s.priority, 'queue', s.queue, 'tags', s.tags, 'overlap', s.overlap, 'catch_up', s.catch_up,
             'catch_up_limit', s.catch_up_limit, 'start_at', s.start_at, 'end_at', s.end_at, 'max_runs', s.max_runs)),
           case when s.state = 'active' then s.fire_at end, s.due_at, s.last_fire_at, s.last_run_id, s.queued_fire_at,
           s.runs_started, s.runs_triggered, s.fires_skipped, s.fires_failed, s.last_error, s.created_at
      from waymark.schedules s where s.state = p_state or p_state is null order by s.name;
end
$$;
comment on function waymark.list_schedules(text) is 'The schedules, with how far each has got.';
-- file: functions/schedules/next_fires.sql
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
-- file: functions/schedules/pause_schedule.sql
-- Starts no runs of a schedule until it is resumed; a time that waits for the run before to end is skipped. Of one that is paused or has ended, nothing changes.
-- Locks: the schedule. SQLSTATEs: WM214.
create or replace function waymark.pause_schedule(p_name text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_schedule waymark.schedules := waymark._lock_schedule(p_name);
begin
  if v_schedule.state = 'active' then
    v_schedule.state := 'paused';
    v_schedule.due_at := null;
    v_schedule.fires_skipped := v_schedule.fires_skipped + num_nonnulls(v_schedule.queued_fire_at);
    v_schedule.queued_fire_at := null;
    perform waymark._store_schedule(v_schedule);
  end if;
end
$$;
comment on function waymark.pause_schedule(text) is 'Starts no runs of a schedule until it is resumed.';
-- file: functions/schedules/resume_schedule.sql
-- Lets a paused schedule go on. What fell into the pause is skipped, and counted. Of one that is not paused, nothing changes.
-- Locks: the schedule. SQLSTATEs: WM214.
create or replace function waymark.resume_schedule(p_name text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_schedule waymark.schedules := waymark._lock_schedule(p_name);
  v_skip waymark.skip;
begin
  if v_schedule.state = 'paused' then
    v_skip := waymark._skip_times(v_schedule, v_schedule.fire_at, waymark._now(), null);
    v_schedule.fires_skipped := v_schedule.fires_skipped + v_skip.times;
    v_schedule.fire_at := v_skip.fire_at;
    v_schedule.due_at := waymark._due_at(v_schedule, v_schedule.fire_at);
    v_schedule.state := case when v_schedule.fire_at is null then 'ended' else 'active' end;
    perform waymark._store_schedule(v_schedule);
  end if;
end
$$;
comment on function waymark.resume_schedule(text) is 'Lets a paused schedule go on.';
-- file: functions/schedules/trigger_schedule.sql
-- Starts a run of a schedule now, beside its plan: whatever its state, its limits and its overlap say, and without a change to them.
-- Locks: the schedule. SQLSTATEs: WM214; WM202, WM203 the workflow takes other arguments now.
create or replace function waymark.trigger_schedule(p_name text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_schedule waymark.schedules := waymark._lock_schedule(p_name);
  v_run_ids uuid[] := waymark._start_times(v_schedule, array[null]::timestamptz[]);
begin
  update waymark.schedules s set runs_triggered = s.runs_triggered + 1 where s.name = p_name;
  return v_run_ids[1];
end
$$;
comment on function waymark.trigger_schedule(text) is 'Starts a run of a schedule now, beside its plan.';
-- file: functions/sessions/_check_lease.sql
-- Refuses a lease that is too short to be renewed in time, or outlives its daemon by far. SQLSTATEs: WM205.
create or replace function waymark._check_lease(p_ttl_ms int) returns void
language plpgsql stable as $$
begin
  if p_ttl_ms is null or p_ttl_ms not between 100 and 3600000 then
    raise exception using errcode = 'WM205', message = format('the lease is %s ms; allowed are 100 to 3600000', coalesce(p_ttl_ms::text, 'null'));
  end if;
end
$$;
comment on function waymark._check_lease(int) is 'Refuses a lease that is too short or too long.';
-- file: functions/sessions/_expire_actions.sql
-- What nobody has taken before its final deadline is claimed by nobody, and overdue at once: the next reclaim hands it in as timed out, for good. Called last:
-- waymark.pause waits for whoever claims, who must not wait for a run. Locks: actions, their timers (skip locked: whoever
-- has one takes it).
create or replace function waymark._expire_actions(p_now timestamptz, p_batch int) returns void
language plpgsql as $$
begin
  with expired as materialized (
    select c.ctid as row_id, c.run_id, c.task_no, c.action_id from waymark.actions c
     where c.final_deadline <= p_now and c.state in ('ready', 'backoff', 'blocked') limit greatest(p_batch, 0) for update skip locked
  ), unscheduled as (
    delete from waymark.timers t
     using expired e
     cross join lateral (
        select m.ctid as row_id from waymark.timers m where m.run_id = e.run_id and m.task_no = e.task_no and m.action_id = e.action_id
           for update skip locked offset 0) m
     where t.ctid = m.row_id
  )
  update waymark.actions a
     set state = 'running', session_id = 0, fencing_token = a.fencing_token + 1, claimed_at = p_now, deadline = p_now
    from expired e where a.ctid = e.row_id;
end
$$;
comment on function waymark._expire_actions(timestamptz, int) is 'Claims for nobody what nobody has taken before its final deadline.';
-- file: functions/sessions/_require_session.sql
-- The caller's lease must be alive; answers the session. Until the caller commits the session is neither closed nor removed: what is claimed under it has a holder.
-- The lock is an advisory one because no row may be written for it: shared by who works for the session, for who ends it alone; the first number is "waym".
-- SQLSTATEs: WM401.
create or replace function waymark._require_session(p_session bigint, p_now timestamptz) returns waymark.sessions
language plpgsql as $$
declare
  v_open boolean := pg_try_advisory_xact_lock_shared(2002875757, (p_session % 2147483647)::int);
  v_session waymark.sessions;
begin
  select * into v_session from waymark.sessions s where s.session_id = p_session and s.expires_at > p_now and not s.retired;
  if not (found and v_open) then
    raise exception using errcode = 'WM401', message = format('session %s is unknown or its lease has expired', p_session),
      hint = 'Open a new session with waymark.open_session and hand in the results again.';
  end if;
  return v_session;
end
$$;
comment on function waymark._require_session(bigint, timestamptz) is 'Checks a session''s lease; answers the session.';
-- file: functions/sessions/_tell_sessions.sql
-- Daemons that run what was dropped hear of it: a notification with the number of the session, a hint to call find_unwanted now and not at the next heartbeat.
create or replace function waymark._tell_sessions(p_sessions bigint[]) returns void
language plpgsql as $$
begin
  perform pg_notify('waymark', s::text) from (select distinct unnest(p_sessions) as s) d where s is not null;
end
$$;
comment on function waymark._tell_sessions(bigint[]) is 'Notifies daemons that something they run is no longer wanted.';
-- file: functions/sessions/_wake_hungry.sql
-- Notifies the daemons that wait with free capacity, if there are any: a NOTIFY takes a database-wide lock at commit, so a busy
-- steady state must not pay it. Equal notifications of one transaction are one.
create or replace function waymark._wake_hungry() returns void
language plpgsql as $$
begin
  if exists (select from waymark.sessions where hungry) then
    perform pg_notify('waymark', '');
  end if;
end
$$;
comment on function waymark._wake_hungry() is 'Notifies waiting daemons that work may be ready.';
-- file: functions/sessions/claim_token.sql
-- The fencing token under which an attempt is being executed: what a transactional action asks for before it writes anything.
-- Reads one row of actions, locks nothing. SQLSTATEs: WM403.
create or replace function waymark.claim_token(p_run_id uuid, p_action_id bigint, p_attempt int) returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  v_token bigint := (
    select a.fencing_token from waymark.actions a
     where a.run_id = p_run_id and a.action_id = p_action_id and a.attempt = p_attempt and a.state = 'running');
begin
  if v_token is null then
    perform waymark._raise('WM403', format('attempt %s of action %s is no longer claimed', p_attempt, p_action_id), format('run %s', p_run_id),
                           'It was given to somebody else, timed out, or its run has ended. Nothing is to be done.');
  end if;
  return v_token;
end
$$;
comment on function waymark.claim_token(uuid, bigint, int) is 'The live fencing token of an attempt; an error when it has none any more.';
-- file: functions/sessions/close_session.sql
-- The orderly end of a session: what it still runs is offered again without counting an attempt, and the session is gone. What is named is kept, and the session
-- with it, retired: it claims no more; it is closed again, naming less, until it is gone.
-- Null: a turn of the session is under way, so nothing is done; ask again. A turn that comes later is refused, so a daemon whose connection broke during a turn
-- may close its session, naming all that it knows of: claims of which no answer told it are given back at once.
-- Locks, in order: actions, tasks, runs (see sql/README.md), then its row of sessions.
create or replace function waymark.close_session(p_session bigint, p_kept_run_ids uuid[] default '{}', p_kept_action_ids bigint[] default '{}') returns int
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_now timestamptz := waymark._now();
  v_run_ids uuid[];
  v_action_ids bigint[];
  v_tokens bigint[];
  v_count int;
begin
  if not pg_try_advisory_xact_lock(2002875757, (p_session % 2147483647)::int) then
    return null;
  end if;
  select array_agg(a.run_id order by a.run_id, a.action_id), array_agg(a.action_id order by a.run_id, a.action_id),
         array_agg(a.fencing_token order by a.run_id, a.action_id), count(*)
    into v_run_ids, v_action_ids, v_tokens, v_count
    from waymark.actions a
   where a.state = 'running' and a.session_id = p_session
     and (a.run_id, a.action_id) not in (select k.run_id, k.action_id from unnest(p_kept_run_ids, p_kept_action_ids) as k (run_id, action_id));
  if v_count > 0 then
    perform waymark._accept_results(v_now, v_run_ids, v_action_ids, v_tokens, array_fill('released'::text, array[v_count]),
                                    array_fill(null::jsonb, array[v_count]), array_fill(null::bigint, array[v_count]));
    perform waymark._wake_hungry();
  end if;
  if cardinality(p_kept_run_ids) > 0 then
    update waymark.sessions set retired = true, hungry = false where session_id = p_session and not retired;
  else
    delete from waymark.sessions where session_id = p_session;
  end if;
  return v_count;
end
$$;
comment on function waymark.close_session(bigint, uuid[], bigint[]) is 'Ends a session and gives back what it still runs, but for what is named.';
-- file: functions/sessions/complete_action.sql
-- The result of an action, handed in by the transaction that has its effects: both are committed, or neither. What a turn does with a result is done
-- here at once, so nothing is left to a message that could be lost; the worker's own result then comes second and changes nothing.
-- Called last in its transaction: what it locks a turn may wait for. A caller that does not commit is ended by the server.
-- Locks, in order: actions, tasks, runs, sessions. SQLSTATEs: WM403.
create or replace function waymark.complete_action(p_run_id uuid, p_action_id bigint, p_fencing_token bigint, p_value jsonb) returns void
language plpgsql security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_now timestamptz := waymark._now();
  v_events waymark.task_event[];
  v_rejected int[];
begin
  perform set_config('idle_in_transaction_session_timeout', '5s', true);
  select a.p_events, a.p_rejected into v_events, v_rejected
    from waymark._accept_results(v_now, array[p_run_id], array[p_action_id], array[p_fencing_token], array['succeeded'], array[p_value],
                                 array[null::bigint]) a;
  if cardinality(v_rejected) > 0 then
    perform waymark._raise('WM403', format('action %s is no longer claimed under fencing token %s', p_action_id, p_fencing_token),
                           format('run %s', p_run_id), 'Roll back: whoever has the action now does its work.');
  end if;
  -- Each task in its own subtransaction: a body that fails here must not undo what the action did.
  perform waymark._advance(null, 0, '{}', null, true, v_events, v_now);
  perform waymark._wake_hungry();
end
$$;
comment on function waymark.complete_action(uuid, bigint, bigint, jsonb) is 'Hands in the result of an action in the transaction that has its effects.';
-- file: functions/sessions/find_unwanted.sql
-- A daemon asks now and then about all it runs, and when it is told to (_tell_sessions): the positions of attempts that are no longer wanted, because they
-- are cancelled, their run has ended, or another session has them. Writes nothing.
create or replace function waymark.find_unwanted(p_run_ids uuid[], p_action_ids bigint[], p_fencing_tokens bigint[]) returns int[]
language plpgsql stable security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  return array(
    select b.position::int
      from unnest(p_run_ids, p_action_ids, p_fencing_tokens) with ordinality as b(run_id, action_id, fencing_token, position)
      left join lateral (
        select true as wanted from waymark.actions c
         where c.run_id = b.run_id and c.action_id = b.action_id and c.fencing_token = b.fencing_token and c.session_id is not null offset 0) a on true
     where a.wanted is null);
end
$$;
comment on function waymark.find_unwanted(uuid[], bigint[], bigint[]) is 'The positions of attempts that are no longer wanted.';
-- file: functions/sessions/heartbeat.sql
-- Running attempts tell that they go on: the time of each counts anew, up to its final deadline, and its details are kept (null: as they were) for the next
-- attempt. The arrays are parallel, sorted by (run id, action id). Answers the positions of attempts that are no longer wanted: ended, cancelled, or claimed by another.
-- Locks: actions in the order given (skip locked: whoever holds one is ending it). SQLSTATEs: WM401, WM205.
create or replace function waymark.heartbeat(p_session bigint, p_run_ids uuid[], p_action_ids bigint[], p_fencing_tokens bigint[], p_details jsonb[])
returns int[]
language plpgsql security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  c_limit constant int := 131072;
  v_now timestamptz := waymark._now();
begin
  perform waymark._require_session(p_session, v_now);
  if exists (select from unnest(p_details) d where octet_length(d::text) > c_limit) then
    raise exception using errcode = 'WM205', message = format('the details of a heartbeat have more than %s bytes', c_limit),
      hint = 'Store what is large elsewhere, and where in the details.';
  end if;
  with alive as materialized (
    select a.row_id, b.details
      from unnest(p_run_ids, p_action_ids, p_fencing_tokens, p_details) as b(run_id, action_id, fencing_token, details)
     cross join lateral (
        select c.ctid as row_id from waymark.actions c
         where c.run_id = b.run_id and c.action_id = b.action_id and c.fencing_token = b.fencing_token and c.session_id is not null
           for update skip locked offset 0) a
  )
  update waymark.actions a
     set deadline = least(v_now + a.timeout_ms * interval '1 millisecond', a.final_deadline) + interval '10 seconds',
         heartbeat_at = v_now, details = coalesce(l.details, a.details)
    from alive l where a.ctid = l.row_id;
  return waymark.find_unwanted(p_run_ids, p_action_ids, p_fencing_tokens);
end
$$;
comment on function waymark.heartbeat(bigint, uuid[], bigint[], bigint[], jsonb[]) is
  'Extends running attempts and keeps their details; answers the positions of those no longer wanted.';
-- file: functions/sessions/hello.sql
-- Daemon and SDK ask before anything else, on every connection; whoever this engine was not made for is refused in words. The engine speaks the API versions
-- c_oldest to c_newest, the caller p_min to p_max; the newest that both speak is the answer. docs/upgrade.md states the window.
-- SQLSTATEs: WM402.
create or replace function waymark.hello(p_min int, p_max int) returns int
language plpgsql stable security definer set search_path = '' as $$
declare
  c_oldest constant int := 1;
  c_newest constant int := 1;
begin
  if p_min is null or p_max is null or c_newest < p_min or p_max < c_oldest then
    raise exception using errcode = 'WM402',
      message = format('this database has version %s of the Waymark engine, which is %s than its caller knows (%s to %s)',
                       c_newest, case when c_newest < p_min then 'older' else 'newer' end, p_min, p_max),
      detail = format('The engine serves callers of the versions %s to %s.', c_oldest, c_newest),
      hint = case when c_newest < p_min then 'Upgrade the engine: waymark db upgrade.'
                  else 'Upgrade the waymark package on this host, and start its workers again.' end;
  end if;
  return least(c_newest, p_max);
end
$$;
comment on function waymark.hello(int, int) is 'The newest API version that engine and caller speak, or a refusal.';
-- file: functions/sessions/open_session.sql
-- A daemon opens one session and keeps its lease alive with renew_session. Inserts one row of sessions.
-- SQLSTATEs: WM205, WM206.
create or replace function waymark.open_session(p_info jsonb, p_ttl_ms int) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
  v_session bigint;
begin
  perform waymark._check_lease(p_ttl_ms);
  if jsonb_typeof(p_info) <> 'object' then
    raise exception using errcode = 'WM206', message = 'what a session tells of its daemon must be a JSON object';
  end if;
  -- Who sets a first limit now tells the sessions that are there; this one waits and sees it.
  lock table waymark.queues in row share mode;
  insert into waymark.sessions (info, opened_at, expires_at, limited)
  values (coalesce(p_info, '{}'), v_now, v_now + p_ttl_ms * interval '1 millisecond', exists (select from waymark.queues))
  returning session_id into v_session;
  return v_session;
end
$$;
comment on function waymark.open_session(jsonb, int) is 'Opens the session of a daemon and grants its lease.';
-- file: functions/sessions/reclaim.sql
-- The recurring, bounded sweep that any daemon runs: actions of sessions whose lease has expired, and actions past their deadline, running or not,
-- are handed in as lost or timed out, exactly as if a daemon had reported them; then sessions that hold nothing are removed.
-- It looks at all that runs only when a lease has expired.
-- Locks, in order: actions (skip locked: whoever holds one is just handing in its result), tasks, timers, runs, sessions (skip locked).
create or replace function waymark.reclaim(p_batch int) returns int
language plpgsql security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_now timestamptz := waymark._now();
  v_orphaned boolean := exists (select from waymark.sessions where expires_at <= v_now);
  v_run_ids uuid[];
  v_action_ids bigint[];
  v_tokens bigint[];
  v_outcomes text[];
  v_reasons jsonb[];
  v_events waymark.task_event[];
  v_count int;
  v_expired bigint[];
begin
  with doomed as materialized (
    select a.run_id, a.action_id, a.fencing_token, a.deadline <= v_now as overdue, a.session_id
      from waymark.actions a
     where a.state = 'running'
       and a.deadline <= case when v_orphaned then 'infinity' else v_now end
       and (a.deadline <= v_now
            or not exists (select from waymark.sessions s where s.session_id = a.session_id and s.expires_at > v_now))
     limit greatest(p_batch, 0)
       for update skip locked
  )
  select array_agg(d.run_id order by d.run_id, d.action_id), array_agg(d.action_id order by d.run_id, d.action_id),
         array_agg(d.fencing_token order by d.run_id, d.action_id),
         array_agg(case when d.overdue then 'timed_out' else 'lost' end order by d.run_id, d.action_id),
         array_agg(case when not d.overdue then to_jsonb(format('the lease of session %s expired', d.session_id)) end
                   order by d.run_id, d.action_id),
         count(*)
    into v_run_ids, v_action_ids, v_tokens, v_outcomes, v_reasons, v_count
    from doomed d;
  if v_count > 0 then
    select a.p_events into v_events
      from waymark._accept_results(v_now, v_run_ids, v_action_ids, v_tokens, v_outcomes, v_reasons,
                                   array_fill(null::bigint, array[v_count])) a;
    perform waymark._advance(null, 0, '{}', null, false, v_events, v_now);
    perform waymark._wake_hungry();
  end if;
  perform waymark._expire_actions(v_now, p_batch);
  if v_orphaned then
    -- Not while a turn of it, which began in time, is under way: what that claims must have a session (_require_session). First locked, then looked at.
    v_expired := array(select s.session_id from waymark.sessions s where s.expires_at <= v_now);
    v_expired := array(select i from unnest(v_expired) i where pg_try_advisory_xact_lock(2002875757, (i % 2147483647)::int));
    delete from waymark.sessions s
     where s.session_id in (
        select o.session_id from waymark.sessions o
         where o.session_id = any (v_expired) and not exists (select from waymark.actions a where a.state = 'running' and a.session_id = o.session_id)
           for update skip locked);
  end if;
  return v_count;
end
$$;
comment on function waymark.reclaim(int) is 'Offers again what expired sessions and overdue attempts left; at most so many at once.';
-- file: functions/sessions/renew_session.sql
-- Extends a lease that is still alive. An expired lease is never revived: its work may already be with somebody else.
-- Locks: its row of sessions. SQLSTATEs: WM205.
create or replace function waymark.renew_session(p_session bigint, p_ttl_ms int) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
begin
  perform waymark._check_lease(p_ttl_ms);
  update waymark.sessions set expires_at = v_now + p_ttl_ms * interval '1 millisecond'
   where session_id = p_session and expires_at > v_now;
  return found;
end
$$;
comment on function waymark.renew_session(bigint, int) is 'Extends the lease of a session; false when it was lost.';
-- file: functions/signals/_accept_signals.sql
-- The signals that due timers tell of go to the tasks that wait for them; for a name that nobody waits for, the table keeps them.
-- The caller has the bodies of the runs locked.
create or replace function waymark._accept_signals(p_timers waymark.timers[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_keys waymark.signal_key[] := array(
    select row(m.run_id, s.name)::waymark.signal_key
      from unnest(p_timers) m
     cross join lateral (select g.name from waymark.signals g where g.run_id = m.run_id and g.seq = -2147483648 - m.action_id offset 0) s
     where m.action_id < -2147483648);
begin
  if cardinality(v_keys) > 0 then
    perform waymark._deliver_signals(v_keys, p_now);
  end if;
end
$$;
comment on function waymark._accept_signals(waymark.timers[], timestamptz) is 'Takes in the signals that due timers tell of.';
-- file: functions/signals/_check_signal.sql
-- Refuses a signal that its run cannot use: it has ended, its program waits for no signal of the name, or none of those waits takes such a value.
-- SQLSTATEs: WM207, WM208, WM301, WM305.
create or replace function waymark._check_signal(p_run_id uuid, p_name text, p_value jsonb) returns void
language plpgsql stable as $$
declare
  v_run waymark.runs;
  v_names text;
  v_types jsonb[];
begin
  select r.workflow, r.program_id, r.state into v_run.workflow, v_run.program_id, v_run.state from waymark.runs r where r.run_id = p_run_id;
  if not found then
    perform waymark._raise('WM301', format('there is no run %s', p_run_id));
  elsif v_run.state <> 'live' then
    perform waymark._refuse_state('signal', p_run_id, 'has not ended');
  end if;
  select string_agg(distinct quote_ident(s.name), ', '), array_agg(coalesce(s.type, 'null')) filter (where s.name = p_name or s.name is null)
    into v_names, v_types from waymark.program_signals s where s.program_id = v_run.program_id;
  if v_types is null then
    perform waymark._raise('WM207', format('workflow "%s" waits for no signal "%s"', v_run.workflow, p_name), '',
      coalesce('It waits for: ' || v_names, 'It waits for none.'));
  elsif not exists (select from unnest(v_types) t where waymark._conforms(p_value, t) is distinct from false) then
    perform waymark._raise('WM208', format('signal "%s" of workflow "%s" cannot be %s', p_name, v_run.workflow, left(p_value::text, 100)), '',
      format('Its type is %s.', (select string_agg(distinct t::text, ' or ') from unnest(v_types) t)));
  end if;
end
$$;
comment on function waymark._check_signal(uuid, text, jsonb) is 'Refuses a signal that its run cannot use.';
-- file: functions/signals/_check_signal_wait.sql
-- The payload of a wait for a signal; seconds is its timeout. SQLSTATEs: WM501 (TypeError, ValueError), WM503.
create or replace function waymark._check_signal_wait(p_name jsonb, p_timeout jsonb) returns jsonb
language plpgsql stable as $$
begin
  if jsonb_typeof(p_name) <> 'string' then
    perform waymark._raise_python('TypeError', format('the name of a signal is a str, not %s', waymark._py_type_name(p_name)));
  elsif length(p_name #>> '{}') not between 1 and 200 then
    perform waymark._raise_python('ValueError', 'the name of a signal has 1 to 200 characters');
  end if;
  return jsonb_strip_nulls(jsonb_build_object('signal', p_name, 'seconds', waymark._check_timeout(p_timeout)));
end
$$;
comment on function waymark._check_signal_wait(jsonb, jsonb) is 'The payload of a wait for a signal.';
-- file: functions/signals/_conforms.sql
-- Whether a value is one of a type (docs/internals/ir.md, "Types"): true, it is; false, it cannot be made one; null, CPython has to say or to make it.
create or replace function waymark._conforms(p_value jsonb, p_type jsonb) returns boolean
language plpgsql immutable as $$
declare
  v_type text := case jsonb_typeof(p_type) when 'array' then p_type ->> 0 else p_type #>> '{}' end;
  v_kind text := jsonb_typeof(p_value);
  v_tag text := case when v_kind = 'object' and jsonb_typeof(p_value -> '$') = 'string' then p_value ->> '$' end;
begin
  return case v_type
    when 'union' then (select bool_or(coalesce(c, false)) or (case when count(c) = count(*) then false end)
                         from jsonb_array_elements(p_type - 0) t, waymark._conforms(p_value, t.value) c)
    when 'literal' then exists (select from jsonb_array_elements(p_type - 0) t where t.value::text = p_value::text)
    when 'enum' then case when v_tag = 'enum' then p_value -> 'type' = p_type -> 1 or null end
    when 'list' then case when v_kind = 'array' then (
        select case when bool_or(not c) then false when count(c) = count(*) then true end
          from jsonb_array_elements(p_value) e, waymark._conforms(e.value, p_type -> 1) c)
      else v_kind = 'object' and v_tag is not null and null end
    when 'dict' then v_kind = 'object' and null
    when 'NoneType' then v_kind = 'null'
    when 'bool' then v_kind = 'boolean'
    when 'int' then case v_kind when 'number' then scale(p_value::numeric) = 0 else false end
    when 'float' then case v_kind when 'number' then scale(p_value::numeric) > 0 or null else v_tag is not distinct from 'float' end
    when 'str' then v_kind = 'string' or v_tag is not distinct from 'str'
    else case when p_type is null or p_type = 'null' then true
              when v_tag is not distinct from v_type then jsonb_typeof(p_type) = 'string' or null
              when v_type like '%:%' then v_kind = 'object' and null
              when v_kind in ('string', 'number', 'array', 'object') then null else false end
  end;
end
$$;
comment on function waymark._conforms(jsonb, jsonb) is 'Whether a value is one of a type; null where the engine cannot say.';
-- file: functions/signals/_deliver_signals.sql
-- Hands signals to the tasks that wait for them, the oldest to the one that has waited longest. A key is listed once for each signal that has arrived and each
-- wait that has begun, so that no more than that many are looked at; nothing is left to hand out of what was there before. Each task wakes with the value;
-- wake.signal: what it gives back when it is cancelled before it goes on. The caller has the bodies of the runs locked.
create or replace function waymark._deliver_signals(p_keys waymark.signal_key[], p_now timestamptz) returns void
language plpgsql as $$
begin
  with wanted as materialized (
    select k.run_id, k.name, count(*) as number from unnest(p_keys) k group by 1, 2
  ), pairs as materialized (
    select p.task_row, p.signal_row
      from wanted k
     cross join lateral (
        select array(select t.ctid from waymark.tasks t
                      where t.run_id = k.run_id and t.state = 'signal' and t.waits_for ->> 'signal' = k.name order by t.ticket limit k.number) as tasks
        offset 0) w
     cross join lateral unnest(w.tasks, array(
        select s.ctid from waymark.signals s
         where s.run_id = k.run_id and s.name = k.name and s.taken_at is null order by s.seq limit cardinality(w.tasks))) p(task_row, signal_row)
     where p.signal_row is not null
  ), woken as (
    update waymark.tasks t
       set state = 'ready', ready_at = p_now, waits_for = null, ticket = null,
           wake = jsonb_build_object('ok', true, 'value', s.value, 'signal', s.seq) || case when t.wake ? 'cancel' then t.wake else '{}' end
      from pairs p join waymark.signals s on s.ctid = p.signal_row
     where t.ctid = p.task_row
    returning t.run_id, t.task_no, p.signal_row
  ), taken as (
    update waymark.signals s set taken_at = p_now, taken_by = w.task_no from woken w where s.ctid = w.signal_row
  )
  delete from waymark.timers t
   using woken w
   cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = w.run_id and m.task_no = w.task_no and m.action_id = 0 offset 0) m
   where t.ctid = m.row_id;
end
$$;
comment on function waymark._deliver_signals(waymark.signal_key[], timestamptz) is 'Hands signals to the tasks that wait for them.';
-- file: functions/signals/_return_signals.sql
-- Tasks that were cancelled before they went on (as they were) give back the signals that they had been handed, to be taken by others.
create or replace function waymark._return_signals(p_tasks waymark.tasks[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_keys waymark.signal_key[];
begin
  with returned as (
    update waymark.signals s set taken_at = null, taken_by = null
      from unnest(p_tasks) v
     cross join lateral (select g.ctid as row_id from waymark.signals g where g.run_id = v.run_id and g.seq = (v.wake -> 'signal')::bigint offset 0) g
     where s.ctid = g.row_id
    returning s.run_id, s.name
  )
  select array_agg(row(r.run_id, r.name)::waymark.signal_key) into v_keys from returned r;
  perform waymark._deliver_signals(v_keys, p_now);
end
$$;
comment on function waymark._return_signals(waymark.tasks[], timestamptz) is 'Takes back the signals of cancelled tasks.';
-- file: functions/signals/_signal_timeout.sql
-- What a wait for a signal raises when its time is over.
create or replace function waymark._signal_timeout(p_name text) returns jsonb
language plpgsql immutable as $$
declare
  v_message text := format('no signal "%s" in time', p_name);
begin
  return jsonb_build_object('$', 'exception', 'type', 'TimeoutError', 'mro', waymark._builtin_mro('TimeoutError'),
                            'args', jsonb_build_array(v_message), 'message', v_message);
end
$$;
comment on function waymark._signal_timeout(text) is 'The TimeoutError of a wait for a signal.';
-- file: functions/signals/signal.sql
-- Sends a signal to a run, in the caller's transaction: rolled back, nothing has happened; committed, it is delivered, before the run waits for it or after.
-- Locks the row of the run against its deletion only, so that a signal that is committed late is never left without its run. Signals of a name are taken in the order of the numbers that this answers, among those that are committed.
-- Options: idempotency_key, once a run; a repeated one answers the number of the first signal and sends nothing.
-- Inserts into signals, timers. SQLSTATEs: WM204, WM205 options, WM206, WM207, WM208 value, WM209 too many, WM301, WM305 run.
create or replace function waymark.signal(p_run_id uuid, p_name text, p_value jsonb default 'null', p_options jsonb default '{}') returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  c_limit constant int := 10000;
  v_key text := p_options ->> 'idempotency_key';
  v_value jsonb := coalesce(p_value, 'null');
  v_now timestamptz := waymark._now();
  v_option text;
  v_seq bigint;
begin
  if jsonb_typeof(p_options) is distinct from 'object' then
    perform waymark._raise('WM205', 'the options of waymark.signal must be a JSON object');
  end if;
  select k into v_option from jsonb_object_keys(p_options) k where k <> 'idempotency_key';
  if found then
    perform waymark._raise('WM204', format('waymark.signal has no option "%s"', v_option), '', 'The option is idempotency_key.');
  elsif p_options ? 'idempotency_key' and (jsonb_typeof(p_options -> 'idempotency_key') <> 'string' or length(v_key) not between 1 and 200) then
    perform waymark._raise('WM205', 'option "idempotency_key" is a text of 1 to 200 characters');
  elsif p_name is null or length(p_name) not between 1 and 200 then
    perform waymark._raise('WM205', 'the name of a signal is a text of 1 to 200 characters');
  elsif octet_length(v_value::text) > 1048576 then
    perform waymark._raise('WM206', 'the value of a signal is larger than 1 MB', '', 'Send where it can be read instead.');
  end if;
  perform waymark._check_value(v_value, 'value');
  select s.seq into v_seq from waymark.signals s where s.run_id = p_run_id and s.idempotency_key = v_key;
  if found then
    return v_seq;
  end if;
  perform from waymark.runs r where r.run_id = p_run_id for key share;
  perform waymark._check_signal(p_run_id, p_name, v_value);
  if (select count(*) from (select from waymark.signals s where s.run_id = p_run_id and s.taken_at is null limit c_limit) s) >= c_limit then
    perform waymark._raise('WM209', format('run %s has %s signals that it has not taken', p_run_id, c_limit), '', 'Send more when it has.');
  end if;
  insert into waymark.signals (run_id, name, value, idempotency_key, sent_at) values (p_run_id, p_name, v_value, v_key, v_now)
  on conflict (run_id, idempotency_key) where idempotency_key is not null do nothing returning seq into v_seq;
  if not found then
    return (select s.seq from waymark.signals s where s.run_id = p_run_id and s.idempotency_key = v_key);
  end if;
  insert into waymark.timers (run_id, task_no, action_id, due_at) values (p_run_id, 0, -2147483648 - v_seq, v_now);
  return v_seq;
end
$$;
comment on function waymark.signal(uuid, text, jsonb, jsonb) is 'Sends a signal to a run in the caller''s transaction and returns its number.';

drop trigger if exists signals_notify_at_commit on waymark.signals;
create constraint trigger signals_notify_at_commit after insert on waymark.signals
  deferrable initially deferred for each row execute function waymark._notify_start();
-- file: functions/steps/_call_workflow.sql
-- A call of a workflow: its newest program, and its arguments bound as CPython binds them. SQLSTATEs: WM501 (TypeError, UnknownWorkflow).
create or replace function waymark._call_workflow(p_workflow text, p_arguments jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_program waymark.programs;
  v_bound jsonb;
  v_missing text[];
  v_unexpected text;
  v_message text;
begin
  select p.* into v_program from waymark.workflows w join waymark.programs p using (program_id) where w.workflow = p_workflow;
  if not found then
    v_message := format('there is no workflow "%s": register it, or start a worker that has it', p_workflow);
    perform waymark._raise_value(jsonb_build_object('$', 'exception', 'type', 'waymark.errors:UnknownWorkflow',
      'args', jsonb_build_array(v_message), 'message', v_message,
      'mro', '["waymark.errors:UnknownWorkflow", "waymark.errors:WaymarkError", "LookupError", "Exception", "BaseException", "object"]'::jsonb));
  end if;
  select coalesce(jsonb_object_agg(p ->> 'name', p -> 'default') filter (where p ? 'default'), '{}') || p_arguments,
         array_agg(quote_literal(p ->> 'name')) filter (where not p ? 'default' and not p_arguments ? (p ->> 'name'))
    into v_bound, v_missing from jsonb_array_elements(v_program.parameters) p;
  select k into v_unexpected from jsonb_object_keys(p_arguments) k
   where not exists (select from jsonb_array_elements(v_program.parameters) p where p ->> 'name' = k) limit 1;
  if v_unexpected is not null then
    perform waymark._raise_python('TypeError', format('%s.run() got an unexpected keyword argument ''%s''', p_workflow, v_unexpected));
  elsif v_missing is not null then
    perform waymark._raise_python('TypeError', format('%s.run() missing %s required positional argument%s: %s', p_workflow, cardinality(v_missing),
      case when cardinality(v_missing) > 1 then 's' else '' end, case cardinality(v_missing) when 1 then v_missing[1]
        when 2 then array_to_string(v_missing, ' and ')
        else array_to_string(trim_array(v_missing, 1), ', ') || ', and ' || v_missing[cardinality(v_missing)] end));
  end if;
  return jsonb_build_object('workflow', p_workflow, 'program', v_program.program_id, 'args', v_bound);
end
$$;
comment on function waymark._call_workflow(text, jsonb) is 'A call of the newest program of a workflow, its arguments bound.';
-- file: functions/steps/_check_evaluation.sql
-- What CPython has made of an expression: its exception is raised as if the engine had. What is no exception of Python, but that nobody can compute this,
-- ends the run as a refusal of the engine does. SQLSTATEs: WM501, WM502, WM503.
create or replace function waymark._check_evaluation(p_ok boolean, p_value jsonb) returns void
language plpgsql stable as $$
begin
  if p_ok then
    return;
  elsif p_value -> 'mro' ? 'waymark.errors:WaymarkError' then
    raise exception using message = p_value ->> 'message',
      errcode = case p_value ->> 'type' when 'waymark.errors:LimitExceeded' then 'WM503' else 'WM502' end,
      detail = 'Neither the engine nor a worker can give the result that the body would have in one process.';
  end if;
  perform waymark._raise_value(p_value);
end
$$;
comment on function waymark._check_evaluation(boolean, jsonb) is 'Raises what an evaluation by CPython has raised.';
-- file: functions/steps/_check_fork.sql
-- The payload of a fork: its effect is "branches" when there are others than actions. SQLSTATEs: WM503.
create or replace function waymark._check_fork(p_branches jsonb, p_settle boolean) returns jsonb
language plpgsql stable as $$
begin
  if jsonb_array_length(p_branches) > 100000 then
    raise exception using errcode = 'WM503', message = format('a gather of %s branches; at most 100000 run at once', jsonb_array_length(p_branches)),
      hint = 'Gather in portions.';
  end if;
  return jsonb_build_object('settle', p_settle, 'branches', p_branches, 'effect', case
    when exists (select from jsonb_array_elements(p_branches) b where not b ? 'action') then 'branches' else 'fork' end);
end
$$;
comment on function waymark._check_fork(jsonb, boolean) is 'The payload of a fork, within limits.';
-- file: functions/steps/_check_handle.sql
-- The number in the handle of a task or a semaphore. SQLSTATEs: WM501 (TypeError).
create or replace function waymark._check_handle(p_value jsonb, p_kind text) returns jsonb
language plpgsql stable as $$
begin
  if p_value ->> '$' is distinct from p_kind then
    perform waymark._raise_python('TypeError', format('a %s is needed, not %s', p_kind, waymark._py_type_name(p_value)));
  end if;
  return p_value -> 'v';
end
$$;
comment on function waymark._check_handle(jsonb, text) is 'The number in a handle.';
-- file: functions/steps/_check_policy.sql
-- Policies may be computed by the body, so their values are checked when they are used. SQLSTATEs: WM501 (ValueError).
create or replace function waymark._check_policy(p_policy jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_key text;
  v_value jsonb;
  v_valid boolean;
begin
  for v_key, v_value in select * from jsonb_each(waymark._plain_policy(p_policy)) loop
    v_valid := case
      when v_key = 'queue' then jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') between 1 and 100
      when v_key = 'concurrency_key' then jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') between 1 and 200
      when v_key in ('retry_on', 'give_up_on') then jsonb_typeof(v_value) = 'array' and not jsonb_path_exists(v_value, 'strict $[*] ? (@.type() != "string")')
      else case when jsonb_typeof(v_value) <> 'number' then false
        when v_key = 'attempts' then v_value::numeric between 1 and 1000000 and v_value::numeric % 1 = 0
        when v_key in ('timeout', 'deadline') then v_value::numeric between 0.001 and 2000000
        when v_key = 'jitter' then v_value::numeric between 0 and 1
        when v_key = 'multiplier' then v_value::numeric between 0.001 and 1000000
        else v_value::numeric between 0 and 31536000 end
    end;
    if not v_valid then
      perform waymark._raise_python('ValueError', format('policy: %s cannot be %s', v_key, left(v_value::text, 100)));
    end if;
  end loop;
  return waymark._plain_policy(p_policy);
end
$$;
comment on function waymark._check_policy(jsonb) is 'Refuses policy values that are out of range.';
-- file: functions/steps/_check_semaphore.sql
-- The first value of a semaphore. SQLSTATEs: WM501 (TypeError, ValueError), WM502.
create or replace function waymark._check_semaphore(p_value jsonb) returns jsonb
language plpgsql stable as $$
begin
  if waymark.py_lt(p_value, '0') then
    perform waymark._raise_python('ValueError', 'Semaphore initial value must be >= 0');
  elsif not coalesce(waymark._py_int(p_value) between 0 and 1000000000, false) then
    perform waymark._refuse(format('a semaphore of %s', left(p_value::text, 50)), 'Give it an int of at most 1,000,000,000.');
  end if;
  return to_jsonb(waymark._py_int(p_value));
end
$$;
comment on function waymark._check_semaphore(jsonb) is 'The first value of a semaphore.';
-- file: functions/steps/_check_sleep.sql
-- The payload of a sleep; null when there is nothing to wait for (asyncio.sleep returns at once for zero and less). asyncio compares the delay with zero
-- first, hence the TypeError of that comparison. SQLSTATEs: WM501, WM503.
create or replace function waymark._check_sleep(p_seconds jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_seconds numeric;
begin
  if p_seconds ->> '$' in ('timedelta', 'datetime') then
    perform waymark._raise_python('TypeError', format('''<='' not supported between instances of ''%s'' and ''int''', waymark._py_type_name(p_seconds)));
  elsif waymark.py_le(p_seconds, '0') then
    return null;
  end if;
  v_seconds := case jsonb_typeof(p_seconds) when 'number' then p_seconds::numeric when 'boolean' then 1
                    else case when p_seconds ->> 'v' ~ '^[0-9]' then (p_seconds ->> 'v')::numeric else 'infinity' end end;
  if v_seconds > 3153600000 then
    raise exception using errcode = 'WM503', message = format('a sleep of %s seconds; at most 100 years', v_seconds);
  end if;
  return jsonb_build_object('seconds', v_seconds);
end
$$;
comment on function waymark._check_sleep(jsonb) is 'The payload of a sleep, or null when there is nothing to wait for.';
-- file: functions/steps/_check_tasks.sql
-- The numbers in a list of handles of tasks. SQLSTATEs: WM501 (TypeError).
create or replace function waymark._check_tasks(p_tasks jsonb) returns jsonb
language plpgsql stable as $$
begin
  return (select coalesce(jsonb_agg(waymark._check_handle(t.value, 'task') order by t.ordinality), '[]')
            from jsonb_array_elements(waymark.py_list(p_tasks)) with ordinality t);
end
$$;
comment on function waymark._check_tasks(jsonb) is 'The numbers in a list of handles of tasks.';
-- file: functions/steps/_check_timeout.sql
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
-- file: functions/steps/_check_wait.sql
-- The payload of a wait; seconds is its timeout. SQLSTATEs: WM501, WM503.
create or replace function waymark._check_wait(p_tasks jsonb, p_until text, p_timeout jsonb, p_linked boolean) returns jsonb
language plpgsql stable as $$
begin
  return jsonb_strip_nulls(jsonb_build_object('tasks', waymark._check_tasks(p_tasks), 'until', p_until, 'linked', p_linked,
                                              'seconds', waymark._check_timeout(p_timeout)));
end
$$;
comment on function waymark._check_wait(jsonb, text, jsonb, boolean) is 'The payload of a wait.';
-- file: functions/steps/_engine_failure.sql
-- The payload of a raise for what is not a Python exception: an operation that the engine refuses (WM502), a limit (WM503), or any database error.
-- fatal: no handler sees it, in whatever task of the run; nor do those of the run that waits for it as a child.
create or replace function waymark._engine_failure(p_pc int, p_sqlstate text, p_message text) returns jsonb
language plpgsql immutable as $$
declare
  v_type text := case p_sqlstate when 'WM502' then 'waymark.errors:UnsupportedOperation' when 'WM503' then 'waymark.errors:LimitExceeded'
                                 else 'waymark.errors:EngineError' end;
  v_message text := case when p_sqlstate like 'WM%' then p_message else format('%s (SQLSTATE %s)', p_message, p_sqlstate) end;
begin
  return jsonb_build_object('fatal', true, 'node', case when p_pc < 0 then ~p_pc else p_pc end, 'exception', jsonb_build_object(
    '$', 'exception', 'type', v_type,
    'mro', jsonb_build_array(v_type, 'waymark.errors:WaymarkError', 'Exception', 'BaseException', 'object'),
    'args', jsonb_build_array(v_message), 'message', v_message));
end
$$;
comment on function waymark._engine_failure(int, text, text) is 'What a run fails with when the engine cannot go on with it.';
-- file: functions/steps/_join_lists.sql
-- The elements of all lists of a list, in order: what a comprehension of several generators gives.
create or replace function waymark._join_lists(p_lists jsonb) returns jsonb
language plpgsql stable as $$
begin
  return coalesce((
    select jsonb_agg(e.value order by l.i, e.i)
      from jsonb_array_elements(p_lists) with ordinality l(value, i), jsonb_array_elements(l.value) with ordinality e(value, i)), '[]');
end
$$;
comment on function waymark._join_lists(jsonb) is 'The elements of all lists of a list, in order.';
-- file: functions/steps/_plain_policy.sql
-- A policy whose values the body computed, as numbers and names: a timedelta in seconds, classes by their names, None as if it were not given.
create or replace function waymark._plain_policy(p_policy jsonb) returns jsonb
language sql stable as $$
  select coalesce(jsonb_object_agg(plain.key, plain.value) filter (where plain.value not in ('null', '[]')), '{}')
  from jsonb_each(p_policy) as field (key, value)
  cross join lateral (select field.key, case field.value ->> '$'
    when 'timedelta' then to_jsonb((field.value #>> '{v,0}')::numeric * 86400 + (field.value #>> '{v,1}')::numeric + (field.value #>> '{v,2}')::numeric / 1000000)
    when 'tuple' then (select coalesce(jsonb_agg(coalesce(name.value -> 'v', name.value)), '[]') from jsonb_array_elements(field.value -> 'v') as name)
    else field.value
  end) as plain (key, value)
$$;
comment on function waymark._plain_policy(jsonb) is 'A policy with timedeltas in seconds and classes by name.';
-- file: functions/steps/_push_frame.sql
-- Appends a call record. SQLSTATEs: WM501 (RecursionError at CPython's default depth).
create or replace function waymark._push_frame(p_frames jsonb, p_pc int, p_locals jsonb) returns jsonb
language plpgsql stable as $$
begin
  if jsonb_array_length(p_frames) >= 990 then
    perform waymark._raise_python('RecursionError', 'maximum recursion depth exceeded');
  end if;
  return p_frames || jsonb_build_array(jsonb_build_object('pc', p_pc, 'locals', p_locals));
end
$$;
comment on function waymark._push_frame(jsonb, int, jsonb) is 'Appends a call record to the frames of a task.';
-- file: functions/steps/_py_unbound.sql
-- Reading a variable that is not bound. SQLSTATEs: WM501 (UnboundLocalError).
create or replace function waymark._py_unbound(p_name text) returns jsonb
language plpgsql stable as $$
begin
  return waymark._raise_python('UnboundLocalError',
    format('cannot access local variable ''%s'' where it is not associated with a value', p_name));
end
$$;
comment on function waymark._py_unbound(text) is 'Raises UnboundLocalError.';
-- file: functions/steps/_raise_value.sql
-- Raises an exception value as Python's raise does. SQLSTATEs: WM501.
create or replace function waymark._raise_value(p_exception jsonb) returns void
language plpgsql stable as $$
begin
  if p_exception ->> '$' is distinct from 'exception' then
    perform waymark._raise_python('TypeError', 'exceptions must derive from BaseException');
  end if;
  raise exception using errcode = 'WM501', message = format('%s: %s', p_exception ->> 'type', p_exception ->> 'message'), detail = p_exception::text;
end
$$;
comment on function waymark._raise_value(jsonb) is 'Raises an exception value.';
-- file: functions/tasks/_accept_messages.sql
-- What due timers say beside waking tasks: a child run has ended (its action gets its result), a run is to be cancelled or terminated, a scope fires, a deadline has passed.
-- The caller has the bodies of the runs locked. Answers the tasks that can go on with the results of children.
create or replace function waymark._accept_messages(p_timers waymark.timers[], p_now timestamptz) returns waymark.task_event[]
language plpgsql as $$
declare
  v_ended waymark.actions[];
  v_results waymark.action_result[];
  v_fatal waymark.task_step[];
begin
  select array_agg(a) into v_ended
    from unnest(p_timers) m
   cross join lateral (
      select c from waymark.actions c where c.run_id = m.run_id and c.action_id = m.action_id and c.state = 'child' for update offset 0) l(a)
   where m.action_id > 0;
  delete from waymark.actions a
   using unnest(v_ended) e
   cross join lateral (select c.ctid as row_id from waymark.actions c where c.run_id = e.run_id and c.action_id = e.action_id offset 0) c
   where a.ctid = c.row_id;
  with outcomes as (
    select e.*, r.state = 'succeeded' as ok, coalesce(r.result, r.error -> 'exception') as value, r.error, r.ended_at as done_at
      from unnest(v_ended) e cross join lateral (select c.* from waymark.runs c where c.run_id = e.child_run offset 0) r
  ), recorded as (
    insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, value, ready_at, ended_at)
    select o.run_id, o.task_no, o.step_no, o.slot, o.attempt, o.action_id, o.node, o.name, o.arguments,
           case when o.ok then 'succeeded' else 'failed' end, true, o.value, o.ready_at, o.done_at
      from outcomes o
  )
  select array_agg(row(o.run_id, o.task_no, o.step_no, o.slot, o.ok, o.value)::waymark.action_result) filter (where o.error -> 'fatal' is null),
         array_agg(row(null, o.run_id, 0, 0, 0, null, null, 0, false, 0, '{}', '[]', null, 'raise',
                       jsonb_build_object('fatal', true, 'node', o.node, 'exception', o.value), null)::waymark.task_step)
           filter (where o.error -> 'fatal' is not null)
    into v_results, v_fatal from outcomes o;
  if v_fatal is not null then
    perform waymark._fail_runs(v_fatal, p_now);
  end if;
  perform waymark._fire_scopes(array(select row(m.run_id, -m.action_id)::waymark.task_key from unnest(p_timers) m where m.action_id between -2147483647 and -10), p_now);
  perform waymark._cancel_runs(array(select m.run_id from unnest(p_timers) m where m.action_id = -1), p_now);
  perform waymark._terminate_runs(array(select m.run_id from unnest(p_timers) m where m.action_id = -2), p_now);
  perform waymark._expire_runs(array(select m.run_id from unnest(p_timers) m where m.action_id = -3), p_now);
  return case when v_results is null then '{}' else waymark._complete_joins(v_results) end;
end
$$;
comment on function waymark._accept_messages(waymark.timers[], timestamptz) is 'Ended children, cancel requests and scopes that due timers tell of.';
-- file: functions/tasks/_answered_events.sql
-- The tasks whose suspension in this round was none in asyncio: they asked how tasks stand, closed a scope, took a free semaphore or awaited what has ended. Before
-- they have gone on, no other task of their run may. The caller has the bodies of the runs locked.
create or replace function waymark._answered_events(p_steps waymark.task_step[]) returns waymark.task_event[]
language plpgsql as $$
declare
  v_events waymark.task_event[];
begin
  select array_agg(row(t.row_id, t.run_id, t.task_no, t.program_id, t.priority, t.queue, t.started_at, t.step_no, true, t.pc, t.locals, t.frames, t.heap,
                       coalesce((t.wake -> 'ok')::boolean, true), coalesce(t.wake -> 'value', 'null'))::waymark.task_event)
    into v_events
    from unnest(p_steps) s
   cross join lateral (
      select w.*, w.ctid as row_id from waymark.tasks w
       where w.run_id = s.run_id and w.task_no = s.task_no and w.state = 'ready' and w.step_no = s.step_no + 1 for no key update offset 0) t
   where s.shared and s.effect in ('unscope', 'wait', 'acquire');
  return coalesce(v_events, '{}');
end
$$;
comment on function waymark._answered_events(waymark.task_step[]) is 'Tasks that go on before any other of their run.';
-- file: functions/tasks/_begin_waits.sql
-- Waits that began in this round: those that are over at once wake their task, the others count what they wait for.
create or replace function waymark._begin_waits(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_events waymark.task_event[];
begin
  if not exists (select from unnest(p_steps) s where s.effect = 'wait') then
    return;
  end if;
  with waiting as materialized (
    select s.run_id, s.task_no, s.step_no + 1 as step_no, s.payload,
           (select count(distinct n.value) from jsonb_array_elements(s.payload -> 'tasks') n) as wanted, h.ended, h.raised, h.failed
      from unnest(p_steps) s
     cross join lateral (
        select count(distinct n.value) as ended, coalesce(bool_or(t.status = 'raised'), false) as raised,
                  coalesce(bool_or(t.status <> 'returned'), false) as failed
          from jsonb_array_elements(s.payload -> 'tasks') n
         cross join lateral (select e.status from waymark.task_history e where e.run_id = s.run_id and e.task_no = n.value::int offset 0) t) h
     where s.effect = 'wait'
  ), decided as materialized (
    select w.*, w.ended = w.wanted or case w.payload ->> 'until' when 'now' then true when 'first' then w.ended > 0
                                                                 when 'first_exception' then w.raised when 'first_failure' then w.failed else false end as over
      from waiting w
  ), noted as (
    insert into waymark.task_waits (run_id, task_no, waiter_no, step_no)
    select distinct d.run_id, n.value::int, d.task_no, d.step_no
      from decided d, jsonb_array_elements(d.payload -> 'tasks') n
     where not d.over and not exists (select from waymark.task_history e where e.run_id = d.run_id and e.task_no = n.value::int offset 0)
    on conflict (run_id, task_no, waiter_no) do update set step_no = excluded.step_no
  ), counted as (
    update waymark.tasks t set pending = case when t.state = 'first' then 1 else d.wanted - d.ended end
      from decided d
     cross join lateral (select w.ctid as row_id from waymark.tasks w where w.run_id = d.run_id and w.task_no = d.task_no offset 0) w
     where not d.over and t.ctid = w.row_id
  )
  select array_agg(row(w.row_id, d.run_id, d.task_no, null, null, null, null, d.step_no, true, null, null, null, null, true,
                       waymark._wait_value(d.run_id, d.payload -> 'tasks'))::waymark.task_event)
    into v_events
    from decided d
   cross join lateral (select t.ctid as row_id from waymark.tasks t where t.run_id = d.run_id and t.task_no = d.task_no offset 0) w
   where d.over;
  perform waymark._end_waits(v_events, p_now);
end
$$;
comment on function waymark._begin_waits(waymark.task_step[], timestamptz) is 'Begins waits for tasks.';
-- file: functions/tasks/_cancel_tasks.sql
-- Cancels tasks as task.cancel() does. What happens to one depends on where it is:
--   not begun                                  it never runs
--   in the middle of its code (it yielded, or CPython evaluates something for it)   the request waits for its next suspension
--   waiting for a gather, a linked wait or a child   these are cancelled instead, and the task goes on when they have ended
--   waiting for anything else                  CancelledError there; what it waited for is dropped
-- p_request: count it as a request (asyncio's task.cancelling()). The caller has the bodies of the runs locked.
create or replace function waymark._cancel_tasks(p_keys waymark.task_key[], p_request boolean, p_now timestamptz) returns void
language plpgsql as $$
declare
  v_keys waymark.task_key[] := p_keys;
  v_tasks waymark.tasks[];
begin
  while cardinality(v_keys) > 0 loop
    v_tasks := array(
      select t.w from (select distinct k.run_id, k.task_no from unnest(v_keys) k) k
       cross join lateral (
          select w from waymark.tasks w where w.run_id = k.run_id and w.task_no = k.task_no and w.state <> 'closing' for no key update offset 0) t);
    exit when cardinality(v_tasks) = 0;
    update waymark.tasks t
       set cancels = coalesce(t.cancels, 0) + p_request::int, shared = true,
           wake = case when t.state = 'ready' and t.pc >= 0 or waymark._is_evaluating(t.run_id, t.task_no, t.step_no, t.state) then '{"cancel": true}'
                       when t.state <> 'ready' then t.wake - 'cancel' else t.wake end,
           waits_for = case when t.state in ('gather', 'settle') then '{"cancelled": true}' else t.waits_for end
      from unnest(v_tasks) v
     cross join lateral (select w.ctid as row_id from waymark.tasks w where w.run_id = v.run_id and w.task_no = v.task_no offset 0) w
     where t.ctid = w.row_id;
    perform waymark._interrupt_tasks(v_tasks, p_now);
    perform waymark._drop_calls(v_tasks, p_now);
    perform waymark._end_tasks(array(
      select row(v.run_id, v.task_no, 'cancelled', waymark._cancelled_error())::waymark.task_end
        from unnest(v_tasks) v where v.state = 'ready' and v.step_no = 0 and v.task_no > 0 and v.started_at is null), p_now);
    -- On to the branches of their gathers, and the tasks of their linked waits.
    v_keys := array(
      select row(v.run_id, b.task_no)::waymark.task_key
        from unnest(v_tasks) v
       cross join lateral (
          select t.task_no from waymark.tasks t
           where t.run_id = v.run_id and t.task_no > 0 and t.parent_no = v.task_no and t.parent_step = v.step_no and v.state in ('gather', 'settle')
          union all
          select n.value::int from jsonb_array_elements(v.waits_for -> 'tasks') n where v.waits_for -> 'linked' = 'true') b);
    p_request := true;
  end loop;
end
$$;
comment on function waymark._cancel_tasks(waymark.task_key[], boolean, timestamptz) is 'Cancels tasks as task.cancel() does.';
-- file: functions/tasks/_cancelled_error.sql
-- What a cancelled task gets raised where it waits.
create or replace function waymark._cancelled_error() returns jsonb
language plpgsql immutable as $$
begin
  return jsonb '{"$": "exception", "type": "asyncio.exceptions:CancelledError", "mro": ["asyncio.exceptions:CancelledError", "BaseException", "object"],'
         ' "args": [], "message": ""}';
end
$$;
comment on function waymark._cancelled_error() is 'The value of asyncio.CancelledError().';
-- file: functions/tasks/_close_bodies.sql
-- Bodies that have ended keep their outcome until nothing else is left of their run, and for a retry what they had last waited for: a signal, or that none came in time.
-- alone: whether there was nothing else.
create or replace function waymark._close_bodies(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t
     set state = 'closing', pending = 0, shared = true, semaphore_no = null, ticket = null,
         wake = case when t.waits_for ? 'signal' then jsonb_build_object('ok', false, 'value', waymark._signal_timeout(t.waits_for ->> 'signal')) else t.wake - 'cancel' end,
         waits_for = jsonb_build_object('effect', s.effect, 'payload', s.payload)
           || case when s.effect = 'raise' and waymark._is_alone(s.run_id) then jsonb '{"alone": true}' else '{}' end,
         started_at = coalesce(s.started_at, p_now)
    from unnest(p_steps) s where t.ctid = s.row_id and s.task_no = 0 and s.effect in ('return', 'raise');
end
$$;
comment on function waymark._close_bodies(waymark.task_step[], timestamptz) is 'Keeps the outcome of bodies that have ended.';
-- file: functions/tasks/_close_runs.sql
-- When the body of a run has ended, its other tasks are cancelled, as asyncio.run does; when they have ended, so does the run.
create or replace function waymark._close_runs(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_done waymark.task_step[];
begin
  if exists (select from unnest(p_steps) s where s.task_no = 0 and s.effect in ('return', 'raise')) then
    perform waymark._cancel_tasks(array(
      select row(t.run_id, t.task_no)::waymark.task_key
        from unnest(p_steps) s
       cross join lateral (select w.run_id, w.task_no from waymark.tasks w where w.run_id = s.run_id and w.task_no > 0 offset 0) t
       where s.task_no = 0 and s.effect in ('return', 'raise')), true, p_now);
  end if;
  v_done := array(
    select row(t.row_id, t.run_id, 0, t.program_id, t.priority, t.queue, t.started_at, t.step_no,
               case when not t.waits_for ? 'alone' then false end, t.pc, '{}', '[]', null,
               t.waits_for ->> 'effect', t.waits_for -> 'payload', null)::waymark.task_step
      from (select distinct s.run_id from unnest(p_steps) s where s.effect in ('return', 'raise')) r
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w where w.run_id = r.run_id and w.task_no = 0 and w.state = 'closing' offset 0) t
     where not exists (select from waymark.tasks o where o.run_id = r.run_id and o.task_no > 0 offset 0));
  if cardinality(v_done) > 0 then
    perform waymark._forget_runs(v_done);
    perform waymark._finish_runs(v_done, p_now);
  end if;
end
$$;
comment on function waymark._close_runs(waymark.task_step[], timestamptz) is 'Closes runs whose body has ended.';
-- file: functions/tasks/_close_scopes.sql
-- Closes scopes: the task goes on with whether the scope had fired and nobody else has asked to cancel the task since it was opened. As asyncio.timeout does, it
-- takes back its own request; one that has not reached the task yet never will.
create or replace function waymark._close_scopes(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  if not exists (select from unnest(p_steps) s where s.effect = 'unscope') then
    return;
  end if;
  with closed as materialized (
    select s.run_id, s.task_no, c.scope_no, c.row_id, coalesce(c.fired, false) as fired, coalesce(c.cancels, 0) as cancels
      from unnest(p_steps) s
      left join lateral (
        select o.*, o.ctid as row_id from waymark.scopes o where o.run_id = s.run_id and o.scope_no = (s.payload -> 'scope')::int offset 0) c on true
     where s.effect = 'unscope'
  ), removed as (
    delete from waymark.scopes o using closed c where o.ctid = c.row_id
  ), unscheduled as (
    delete from waymark.timers t
     using closed c
     cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = c.run_id and m.task_no = c.task_no and m.action_id = -c.scope_no offset 0) m
     where t.ctid = m.row_id
  )
  update waymark.tasks t
     set ready_at = p_now, cancels = t.cancels - c.fired::int,
         wake = jsonb_build_object('ok', true, 'value', c.fired and not coalesce(t.wake ? 'cancel', false) and t.cancels - 1 <= c.cancels)
                || case when t.wake ? 'cancel' and not c.fired then t.wake else '{}' end
    from closed c
   cross join lateral (select w.ctid as row_id from waymark.tasks w where w.run_id = c.run_id and w.task_no = c.task_no offset 0) w
   where t.ctid = w.row_id;
end
$$;
comment on function waymark._close_scopes(waymark.task_step[], timestamptz) is 'Closes cancel scopes.';
-- file: functions/tasks/_coordinate.sql
-- What tasks of a run have to do with each other, after a round of steps has been written: semaphores and scopes are made, tasks and child runs started,
-- ended tasks told to those that wait for them, waits begun, tasks cancelled, runs closed whose body has ended. Tasks that can go on become ready.
-- The caller has the bodies of all these runs locked.
create or replace function waymark._coordinate(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_steps waymark.task_step[] := array(select s from unnest(p_steps) s where s.shared);
  v_failed waymark.action_result[];
  v_fatal waymark.task_step[];
begin
  perform waymark._close_bodies(v_steps, p_now);
  if exists (select from unnest(v_steps) s where s.commands is not null) then
    perform waymark._open_shared(v_steps, p_now);
  end if;
  if exists (select from unnest(v_steps) s where s.effect in ('child', 'branches') or s.commands is not null) then
    perform waymark._create_tasks(v_steps, p_now);
    v_failed := waymark._start_children(v_steps, p_now);
    if cardinality(v_failed) > 0 then
      perform waymark._wake_tasks(waymark._complete_joins(v_failed), p_now);
    end if;
  end if;
  v_fatal := waymark._pass_semaphores(v_steps, p_now);
  perform waymark._end_tasks(array(
    select row(s.run_id, s.task_no, waymark._task_status(s.effect, s.payload), case s.effect when 'return' then s.payload else s.payload -> 'exception' end)::waymark.task_end
      from unnest(v_steps) s where s.effect in ('return', 'raise') and s.task_no > 0), p_now);
  perform waymark._begin_waits(v_steps, p_now);
  if exists (select from unnest(v_steps) s where s.effect = 'signal') then
    perform waymark._deliver_signals(array(
      select row(s.run_id, s.payload ->> 'signal')::waymark.signal_key from unnest(v_steps) s where s.effect = 'signal'), p_now);
  end if;
  perform waymark._close_scopes(v_steps, p_now);
  perform waymark._cancel_tasks(array(
    select row(s.run_id, t.value::int)::waymark.task_key
      from unnest(v_steps) s, unnest(s.commands) c, jsonb_array_elements(c -> 'tasks') t where c ->> 'do' = 'cancel'), true, p_now);
  -- Requests that came while a task could not be interrupted.
  perform waymark._cancel_tasks(array(
    select row(s.run_id, s.task_no)::waymark.task_key
      from unnest(v_steps) s
     cross join lateral (
        select from waymark.tasks t where t.run_id = s.run_id and t.task_no = s.task_no and t.wake ? 'cancel' and t.state <> 'ready' offset 0) t
     where s.payload ->> 'action' is distinct from 'waymark:evaluate'), false, p_now);
  if cardinality(v_fatal) > 0 then
    perform waymark._fail_runs(v_fatal, p_now);
  end if;
  perform waymark._close_runs(v_steps, p_now);
end
$$;
comment on function waymark._coordinate(waymark.task_step[], timestamptz) is 'Carries out what tasks of a run have to do with each other.';
-- file: functions/tasks/_count_waits.sql
-- Counts ended tasks down from the tasks that wait for them, once a waiting task and batch; wakes those whose wait is over.
create or replace function waymark._count_waits(p_ends waymark.task_end[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_events waymark.task_event[];
begin
  with told as (
    delete from waymark.task_waits t
     using unnest(p_ends) e
     cross join lateral (select m.ctid as row_id from waymark.task_waits m where m.run_id = e.run_id and m.task_no = e.task_no offset 0) m
     where t.ctid = m.row_id
    returning t.run_id, t.waiter_no, t.step_no, e.status
  ), counted as materialized (
    select t.run_id, t.waiter_no, t.step_no, count(*)::int as ended, bool_or(t.status = 'raised') as raised, bool_or(t.status <> 'returned') as failed
      from told t group by 1, 2, 3
  ), waiting as materialized (
    select c.*, t.row_id, t.waits_for,
           t.pending <= c.ended or t.state = 'first' or t.state = 'first_exception' and c.raised
             or t.state = 'first_failure' and c.failed as over
      from counted c
     cross join lateral (
        select w.ctid as row_id, w.pending, w.state, w.waits_for from waymark.tasks w
         where w.run_id = c.run_id and w.task_no = c.waiter_no and w.step_no = c.step_no and w.state in ('all', 'first', 'first_exception', 'first_failure') offset 0) t
  ), less as (
    update waymark.tasks t set pending = t.pending - w.ended from waiting w where t.ctid = w.row_id and not w.over
  )
  select array_agg(row(w.row_id, w.run_id, w.waiter_no, null, null, null, null, w.step_no, true, null, null, null, null, true,
                       waymark._wait_value(w.run_id, w.waits_for -> 'tasks'))::waymark.task_event)
    into v_events from waiting w where w.over;
  if v_events is not null then
    perform waymark._end_waits(v_events, p_now);
  end if;
end
$$;
comment on function waymark._count_waits(waymark.task_end[], timestamptz) is 'Counts ended tasks down from those that wait for them.';
-- file: functions/tasks/_create_tasks.sql
-- Starts the tasks of spawned calls and of branches that are functions. A spawned action or workflow is a task that is one call (program_id 0); its action is
-- offered, its child run is started by _start_children.
create or replace function waymark._create_tasks(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_offered bigint;
begin
  with wanted as materialized (
    select s.run_id, (c -> 'number')::int as task_no, s.program_id, s.priority, s.queue, (c -> 'node')::int as node, c -> 'value' as call,
           null::int as parent_no, null::int as parent_step, null::int as slot, (c ->> 'group')::int as scope_no
      from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'spawn'
    union all
    select s.run_id, nextval('waymark.numbers')::int, s.program_id, s.priority, s.queue, ~s.pc, b.value, s.task_no, s.step_no + 1, b.ordinality::int - 1, null
      from unnest(p_steps) s, jsonb_array_elements(s.payload -> 'branches') with ordinality b where s.effect = 'branches' and b.value ? 'function'
  ), functions as materialized (
    select f.program_id, f.function, p.ir #> array['functions', f.function::text] as body
      from (select distinct w.program_id, (w.call -> 'function')::int as function from wanted w where w.call ? 'function') f
      join waymark.programs p using (program_id)
  ), created as (
    insert into waymark.tasks (run_id, task_no, program_id, priority, queue, state, pending, pc, locals, ready_at, shared, parent_no, parent_step, slot, scope_no, name)
    select w.run_id, w.task_no, case when f.body is null then 0 else w.program_id end, w.priority, w.queue,
           case when f.body is null then 'action' else 'ready' end, (f.body is null)::int, coalesce((f.body -> 'entry')::int, ~w.node),
           case when f.body is null then '{}' else coalesce((
             select jsonb_object_agg(p ->> 'name', p -> 'default') from jsonb_array_elements(f.body -> 'parameters') p where p ? 'default'), '{}')
               || (w.call -> 'args') end,
           p_now, true, w.parent_no, w.parent_step, w.slot, w.scope_no, coalesce(f.body ->> 'name', w.call ->> 'action', w.call ->> 'workflow')
      from wanted w left join functions f on f.program_id = w.program_id and f.function = (w.call -> 'function')::int
  ), offered as (
    insert into waymark.actions (run_id, task_no, step_no, slot, node, name, arguments, policy, timeout_ms, state, priority, queue, fencing_token, ready_at,
                                 final_deadline, retry_until, key_id)
    select w.run_id, w.task_no, 0, 0, w.node, w.call ->> 'action', w.call -> 'args', w.call -> 'policy',
           coalesce((w.call #> '{policy,timeout}')::numeric, 300) * 1000, case when k.key_id is null then 'ready' else 'backoff' end, w.priority, k.queue, 0, p_now,
           p_now + (w.call #>> '{policy,deadline}')::double precision * interval '1 second',
           p_now + (w.call #>> '{policy,max_elapsed}')::double precision * interval '1 second', k.key_id
      from wanted w
     cross join lateral (select q.queue, waymark._key_id(q.queue, w.call #>> '{policy,concurrency_key}') as key_id
                           from (values (coalesce(w.call #>> '{policy,queue}', w.queue))) q(queue)) k
     where w.call ? 'action'
    returning run_id, task_no, action_id, state
  ), in_line as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select o.run_id, o.task_no, o.action_id, p_now from offered o where o.state = 'backoff'
  )
  select count(*) into v_offered from offered;
  if v_offered > 0 then
    perform waymark._wake_hungry();
  end if;
end
$$;
comment on function waymark._create_tasks(waymark.task_step[], timestamptz) is 'Starts the tasks that steps ask for.';
-- file: functions/tasks/_drop_calls.sql
-- The actions that cancelled tasks wait for (the tasks as they were) go to history, and what a worker still says about them is rejected; gathers are told.
-- Child runs are asked to cancel, and their end is waited for; one that was to be a task and has not begun never does. Locks: actions (skip locked: one that is being handed in is history already).
create or replace function waymark._drop_calls(p_tasks waymark.tasks[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_calls waymark.actions[];
  v_results waymark.action_result[];
  v_unbegun waymark.task_step[];
begin
  select array_agg(a.c) into v_calls
    from unnest(p_tasks) v
   cross join lateral (
      select c from waymark.actions c where c.run_id = v.run_id and c.task_no = v.task_no and c.step_no = v.step_no and c.name <> 'waymark:evaluate'
         for update skip locked offset 0) a
   where v.state in ('action', 'gather', 'settle');
  if v_calls is null then
    return;
  end if;
  perform waymark._tell_sessions(array(select c.session_id from unnest(v_calls) c));
  v_unbegun := array(
    select row(null, c.child_run, 0, 0, 0, null, null, 0, false, 0, '{}', '[]', null, 'raise',
               jsonb_build_object('node', b.pc, 'exception', waymark._cancelled_error()), null)::waymark.task_step
      from unnest(v_calls) c join unnest(p_tasks) v using (run_id, task_no)
     cross join lateral (
        select t.pc from waymark.tasks t where t.run_id = c.child_run and t.task_no = 0 and t.state = 'ready' and t.step_no = 0 and t.started_at is null
           for update skip locked offset 0) b
     where c.state = 'child' and (v.program_id = 0 or v.state <> 'action'));
  if cardinality(v_unbegun) > 0 then
    perform waymark._fail_runs(v_unbegun, p_now);
  end if;
  insert into waymark.timers (run_id, task_no, action_id, due_at)
  select c.child_run, 0, -1, p_now from unnest(v_calls) c
   where c.state = 'child' and not exists (select from unnest(v_unbegun) u where u.run_id = c.child_run)
     and not exists (select from waymark.timers m where m.run_id = c.child_run and m.task_no = 0 and m.action_id = -1);
  with removed as (
    delete from waymark.actions a
     using unnest(v_calls) v
     cross join lateral (select c.ctid as row_id from waymark.actions c where c.run_id = v.run_id and c.action_id = v.action_id offset 0) c
     where a.ctid = c.row_id and v.state <> 'child'
    returning a.*
  ), unscheduled as (
    delete from waymark.timers t
     using removed r
     cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = r.run_id and m.task_no = r.task_no and m.action_id = r.action_id offset 0) m
     where t.ctid = m.row_id
  ), freed as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select r.key_id, -1, -nextval('waymark.numbers'), p_now from removed r where r.key_id is not null and r.state in ('ready', 'running')
  ), recorded as (
    insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, value, ready_at,
                                         claimed_at, ended_at, session_id)
    select r.run_id, r.task_no, r.step_no, r.slot, r.attempt, r.action_id, r.node, r.name, r.arguments, 'cancelled', true, waymark._cancelled_error(),
           r.ready_at, r.claimed_at, p_now, r.session_id
      from removed r
  )
  select array_agg(row(r.run_id, r.task_no, r.step_no, r.slot, false, waymark._cancelled_error())::waymark.action_result) into v_results from removed r;
  if v_results is not null then
    perform waymark._wake_tasks(waymark._complete_joins(v_results), p_now);
  end if;
end
$$;
comment on function waymark._drop_calls(waymark.tasks[], timestamptz) is 'Drops or cancels what cancelled tasks wait for.';
-- file: functions/tasks/_end_tasks.sql
-- Ends tasks: they become history, and who waits for them is told: a gather gets the result of its branch, waits count down; a failure in a group fires its
-- scope. The caller has the bodies of the runs locked.
create or replace function waymark._end_tasks(p_ends waymark.task_end[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_results waymark.action_result[];
  v_scopes waymark.task_key[];
begin
  if cardinality(p_ends) = 0 then
    return;
  end if;
  with ended as materialized (
    select t.*, case when t.wake ? 'cancel' then 'cancelled' else e.status end as status,
           case when t.wake ? 'cancel' then waymark._cancelled_error() else e.value end as value
      from unnest(p_ends) e
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w where w.run_id = e.run_id and w.task_no = e.task_no for no key update offset 0) t
  ), removed as (
    delete from waymark.tasks t using ended e where t.ctid = e.row_id
  ), recorded as (
    insert into waymark.task_history (run_id, task_no, parent_no, parent_step, slot, name, status, value, started_at, ended_at)
    select e.run_id, e.task_no, e.parent_no, e.parent_step, e.slot, e.name, e.status, e.value, e.started_at, p_now from ended e
  )
  select array_agg(row(e.run_id, e.parent_no, e.parent_step, e.slot, e.status = 'returned', e.value)::waymark.action_result) filter (where e.parent_no is not null),
         array_agg(row(e.run_id, e.scope_no)::waymark.task_key) filter (where e.scope_no is not null and e.status = 'raised')
    into v_results, v_scopes from ended e;
  if v_results is not null then
    perform waymark._wake_tasks(waymark._complete_joins(v_results), p_now);
  end if;
  perform waymark._count_waits(p_ends, p_now);
  if v_scopes is not null then
    perform waymark._fire_scopes(v_scopes, p_now);
  end if;
end
$$;
comment on function waymark._end_tasks(waymark.task_end[], timestamptz) is 'Ends tasks and tells those that wait for them.';
-- file: functions/tasks/_end_waits.sql
-- Waits that are over: their timeouts go, their tasks become ready.
create or replace function waymark._end_waits(p_events waymark.task_event[], p_now timestamptz) returns void
language plpgsql as $$
begin
  delete from waymark.timers t
   using unnest(p_events) e
   cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = e.run_id and m.task_no = e.task_no and m.action_id = 0 offset 0) m
   where t.ctid = m.row_id;
  perform waymark._wake_tasks(p_events, p_now);
end
$$;
comment on function waymark._end_waits(waymark.task_event[], timestamptz) is 'Wakes tasks whose wait is over.';
-- file: functions/tasks/_fail_runs.sql
-- Ends runs at once with what a task of theirs, or a child, cannot go on with (fatal): no handler of the body is asked. The steps name run, node and exception.
-- Shared is null where a retry can go on from the body (_keep_failed).
create or replace function waymark._fail_runs(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_steps waymark.task_step[] := array(
    select row(b.row_id, s.run_id, 0, b.program_id, b.priority, b.queue, b.started_at, b.step_no,
               case when not waymark._is_alone(s.run_id) then false end, b.pc, '{}', '[]', null, 'raise', s.payload, null)::waymark.task_step
      from unnest(p_steps) s
     cross join lateral (
        select t.*, t.ctid as row_id from waymark.tasks t where t.run_id = s.run_id and t.task_no = 0 for no key update offset 0) b);
begin
  perform waymark._forget_runs(v_steps);
  perform waymark._finish_runs(v_steps, p_now);
end
$$;
comment on function waymark._fail_runs(waymark.task_step[], timestamptz) is 'Ends runs that cannot go on.';
-- file: functions/tasks/_fire_scopes.sql
-- Fires scopes (a key is run and scope) that have not fired yet: their tasks are asked to cancel, and so are those of their groups.
create or replace function waymark._fire_scopes(p_keys waymark.task_key[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_tasks waymark.task_key[];
begin
  with fired as (
    update waymark.scopes o set fired = true
      from (select distinct k.run_id, k.task_no from unnest(p_keys) k) k
     cross join lateral (select s.ctid as row_id from waymark.scopes s where s.run_id = k.run_id and s.scope_no = k.task_no and not s.fired offset 0) s
     where o.ctid = s.row_id
    returning o.run_id, o.task_no, o.scope_no
  )
  select array_agg(row(f.run_id, c.task_no)::waymark.task_key) into v_tasks
    from fired f
   cross join lateral (
      select f.task_no
      union all
      select t.task_no from waymark.tasks t where t.run_id = f.run_id and t.scope_no = f.scope_no) c;
  if v_tasks is not null then
    perform waymark._cancel_tasks(v_tasks, true, p_now);
  end if;
end
$$;
comment on function waymark._fire_scopes(waymark.task_key[], timestamptz) is 'Fires cancel scopes.';
-- file: functions/tasks/_forget_runs.sql
-- Removes what runs that end had beside their body: tasks, timers, scopes, semaphores, waits. The timers of actions go with these (_abandon_calls): one that somebody
-- else holds is left, and needs its own.
create or replace function waymark._forget_runs(p_steps waymark.task_step[]) returns void
language plpgsql as $$
begin
  delete from waymark.tasks t using unnest(p_steps) s
   cross join lateral (select w.ctid as row_id from waymark.tasks w where w.run_id = s.run_id and w.task_no > 0 offset 0) w where t.ctid = w.row_id;
  delete from waymark.timers t using unnest(p_steps) s
   cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = s.run_id and m.action_id <= 0 offset 0) m where t.ctid = m.row_id;
  delete from waymark.scopes t using unnest(p_steps) s
   cross join lateral (select m.ctid as row_id from waymark.scopes m where m.run_id = s.run_id offset 0) m where t.ctid = m.row_id;
  delete from waymark.semaphores t using unnest(p_steps) s
   cross join lateral (select m.ctid as row_id from waymark.semaphores m where m.run_id = s.run_id offset 0) m where t.ctid = m.row_id;
  delete from waymark.task_waits t using unnest(p_steps) s
   cross join lateral (select m.ctid as row_id from waymark.task_waits m where m.run_id = s.run_id offset 0) m where t.ctid = m.row_id;
end
$$;
comment on function waymark._forget_runs(waymark.task_step[]) is 'Removes what ended runs had beside their body.';
-- file: functions/tasks/_grant_semaphores.sql
-- Wakes as many of those that queue for semaphores (a key is run and semaphore) as these allow, first come first served.
create or replace function waymark._grant_semaphores(p_keys waymark.task_key[], p_now timestamptz) returns void
language plpgsql as $$
begin
  with granted as materialized (
    select s.row_id as semaphore_row, t.*
      from unnest(p_keys) k
     cross join lateral (
        select m.ctid as row_id, m.value from waymark.semaphores m where m.run_id = k.run_id and m.semaphore_no = k.task_no and m.value > 0 offset 0) s
     cross join lateral (
        select w.ctid as row_id, w.run_id, w.task_no, w.semaphore_no from waymark.tasks w
         where w.run_id = k.run_id and w.semaphore_no = k.task_no and w.state = 'semaphore' order by w.ticket limit s.value) t
  ), taken as (
    update waymark.semaphores s set value = s.value - g.granted
      from (select semaphore_row, count(*)::int as granted from granted group by 1) g where s.ctid = g.semaphore_row
  )
  update waymark.tasks t
     set state = 'ready', ready_at = p_now, semaphore_no = null, ticket = null,
         wake = jsonb_build_object('ok', true, 'value', null, 'semaphore', g.semaphore_no) || case when t.wake ? 'cancel' then t.wake else '{}' end
    from granted g where t.ctid = g.row_id;
end
$$;
comment on function waymark._grant_semaphores(waymark.task_key[], timestamptz) is 'Wakes tasks that queue for semaphores.';
-- file: functions/tasks/_interrupt_tasks.sql
-- Raises CancelledError in cancelled tasks that wait for something which simply goes (the tasks as they were). A semaphore or a signal that one
-- of them had just been handed is passed on.
create or replace function waymark._interrupt_tasks(p_tasks waymark.tasks[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_events waymark.task_event[];
  v_handed waymark.task_key[];
begin
  select array_agg(row(w.row_id, v.run_id, v.task_no, null, null, null, null, v.step_no, true, null, null, null, null, false,
                       waymark._cancelled_error())::waymark.task_event),
         array_agg(row(v.run_id, (v.wake -> 'semaphore')::int)::waymark.task_key) filter (where v.wake ? 'semaphore')
    into v_events, v_handed
    from unnest(p_tasks) v
   cross join lateral (select t.ctid as row_id from waymark.tasks t where t.run_id = v.run_id and t.task_no = v.task_no offset 0) w
   where v.pc < 0 and (v.state in ('ready', 'timer', 'semaphore', 'signal')
                       or v.state in ('all', 'first', 'first_exception', 'first_failure') and v.waits_for -> 'linked' is distinct from 'true'
                       or v.state = 'action' and not exists (
                            select from waymark.actions a where a.run_id = v.run_id and a.task_no = v.task_no and a.step_no = v.step_no
                               and (a.state = 'child' or a.name = 'waymark:evaluate')));
  if v_events is not null then
    perform waymark._end_waits(v_events, p_now);
  end if;
  if v_handed is not null then
    perform waymark._release_semaphores(v_handed);
    perform waymark._grant_semaphores(array(select distinct h from unnest(v_handed) h), p_now);
  end if;
  if exists (select from unnest(p_tasks) v where v.wake ? 'signal' and v.pc < 0 and v.state = 'ready') then
    perform waymark._return_signals(array(select v from unnest(p_tasks) v where v.wake ? 'signal' and v.pc < 0 and v.state = 'ready'), p_now);
  end if;
end
$$;
comment on function waymark._interrupt_tasks(waymark.tasks[], timestamptz) is 'Raises CancelledError where cancelled tasks wait.';
-- file: functions/tasks/_is_alone.sql
-- Whether nothing is left of a run but its body: no task, open scope or semaphore, which would be gone when it is retried. Tasks that have ended are history, and so is what a
-- handle says of them. Volatile: as of now. The caller has the body locked.
create or replace function waymark._is_alone(p_run_id uuid) returns boolean
language plpgsql volatile as $$
begin
  return not exists (select from waymark.tasks t where t.run_id = p_run_id and t.task_no > 0)
     and not exists (select from waymark.scopes s where s.run_id = p_run_id)
     and not exists (select from waymark.semaphores s where s.run_id = p_run_id);
end
$$;
comment on function waymark._is_alone(uuid) is 'Whether nothing is left of a run but its body.';
-- file: functions/tasks/_is_evaluating.sql
-- Whether a task waits for CPython in the middle of its code, where nothing can be raised.
create or replace function waymark._is_evaluating(p_run_id uuid, p_task_no int, p_step_no int, p_state text) returns boolean
language plpgsql volatile as $$
begin
  return p_state = 'action' and exists (
    select from waymark.actions a where a.run_id = p_run_id and a.task_no = p_task_no and a.step_no = p_step_no and a.name = 'waymark:evaluate');
end
$$;
comment on function waymark._is_evaluating(uuid, int, int, text) is 'Whether a task waits for an evaluation by CPython.';
-- file: functions/tasks/_open_shared.sql
-- Makes the semaphores and scopes that steps ask for; a scope of a task that has ended in the same step is over.
create or replace function waymark._open_shared(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  insert into waymark.semaphores (run_id, semaphore_no, value, bound)
  select s.run_id, (c -> 'number')::int, (c -> 'value')::int, case when (c ->> 'bounded')::boolean then (c -> 'value')::int end from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'semaphore';
  insert into waymark.scopes (run_id, scope_no, task_no, cancels)
  select s.run_id, (c -> 'number')::int, s.task_no, coalesce(t.cancels, 0)
    from unnest(p_steps) s
   cross join unnest(s.commands) c
   cross join lateral (select w.cancels from waymark.tasks w where w.run_id = s.run_id and w.task_no = s.task_no offset 0) t
   where c ->> 'do' = 'scope' and s.effect not in ('return', 'raise');
  insert into waymark.timers (run_id, task_no, action_id, due_at)
  select s.run_id, s.task_no, -(c -> 'number')::bigint, p_now + (c ->> 'value')::double precision * interval '1 second'
    from unnest(p_steps) s, unnest(s.commands) c
   where c ->> 'do' = 'scope' and c -> 'value' <> 'null' and s.effect not in ('return', 'raise');
end
$$;
comment on function waymark._open_shared(waymark.task_step[], timestamptz) is 'Makes semaphores and scopes.';
-- file: functions/tasks/_park_shared.sql
-- What _park_tasks writes, for runs of several tasks, where there is more to wait for. A wait with a timeout gets its timer. A cancel request that came while
-- a task could not be interrupted stays with it. Locks: the tasks are the caller's already.
create or replace function waymark._park_shared(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t
     set pc = s.pc, locals = s.locals, frames = s.frames, heap = s.heap, step_no = s.step_no + 1, shared = true,
         state = case s.effect when 'action' then 'action' when 'child' then 'action' when 'sleep' then 'timer' when 'yield' then 'ready'
                               when 'unscope' then 'ready' when 'acquire' then 'semaphore' when 'signal' then 'signal'
                               when 'wait' then coalesce(nullif(s.payload ->> 'until', 'now'), 'all')
                               else case when s.payload -> 'settle' = 'true' then 'settle' else 'gather' end end,
         pending = case when s.effect in ('action', 'child', 'wait') then 1
                        when s.effect in ('fork', 'branches') then jsonb_array_length(s.payload -> 'branches') else 0 end,
         ready_at = case s.effect when 'yield' then p_now else t.ready_at end,
         started_at = coalesce(s.started_at, p_now),
         wake = case when t.wake ? 'cancel' then t.wake end,
         waits_for = case when s.effect in ('wait', 'signal') then s.payload end,
         semaphore_no = case s.effect when 'acquire' then (s.payload -> 'semaphore')::int end,
         ticket = case when s.effect in ('acquire', 'signal') then nextval('waymark.numbers') end
    from unnest(p_steps) s
   where t.ctid = s.row_id and s.shared and s.effect not in ('return', 'raise');
  insert into waymark.timers (run_id, task_no, due_at)
  select s.run_id, s.task_no, waymark._now() + (s.payload ->> 'seconds')::double precision * interval '1 second'
    from unnest(p_steps) s where s.effect in ('wait', 'signal') and s.payload ? 'seconds';
end
$$;
comment on function waymark._park_shared(waymark.task_step[], timestamptz) is 'Writes where stepped tasks of runs with several stand.';
-- file: functions/tasks/_pass_semaphores.sql
-- Releases semaphores and hands them to who asks for them, in the order of the tickets: those that have waited, and the steps of this round, which have
-- their tickets and queue as well. A task that is woken has what it asked for. Answers a failure for each run that gave back to a lock or bounded semaphore what
-- nobody had taken: in asyncio `release` raises, but here the step has gone on already.
create or replace function waymark._pass_semaphores(p_steps waymark.task_step[], p_now timestamptz) returns waymark.task_step[]
language plpgsql as $$
declare
  v_keys waymark.task_key[];
  v_over waymark.task_key[];
begin
  with released as (
    select s.run_id, (c -> 'semaphore')::int as semaphore_no from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'release'
    union all
    select s.run_id, (s.payload -> 'semaphore')::int from unnest(p_steps) s where s.effect = 'acquire'
  )
  select array_agg(distinct row(r.run_id, r.semaphore_no)::waymark.task_key) into v_keys from released r;
  if v_keys is null then
    return array[]::waymark.task_step[];
  end if;
  v_over := waymark._release_semaphores(array(
    select row(s.run_id, (c -> 'semaphore')::int)::waymark.task_key from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'release'));
  perform waymark._grant_semaphores(v_keys, p_now);
  return array(
    select row(s.row_id, s.run_id, s.task_no, s.program_id, s.priority, s.queue, s.started_at, s.step_no, s.shared, s.pc, s.locals, s.frames, s.heap, 'raise',
               waymark._engine_failure(s.pc, 'WM502', 'a lock or bounded semaphore is released that is not acquired; acquire it first, or use `async with`'), null)::waymark.task_step
      from (select distinct on (r.run_id) r.* from unnest(p_steps) r, unnest(r.commands) c, unnest(v_over) o
             where c ->> 'do' = 'release' and r.run_id = o.run_id and (c -> 'semaphore')::int = o.task_no order by r.run_id, r.task_no) s);
end
$$;
comment on function waymark._pass_semaphores(waymark.task_step[], timestamptz) is 'Carries out releases and acquisitions of semaphores.';
-- file: functions/tasks/_release_semaphores.sql
-- Gives back one to each semaphore, as often as it is listed (a key is run and semaphore). Answers those that are above their bound now.
create or replace function waymark._release_semaphores(p_keys waymark.task_key[]) returns waymark.task_key[]
language plpgsql as $$
declare
  v_over waymark.task_key[];
begin
  with released as (
    update waymark.semaphores s set value = s.value + k.released
      from (select u.run_id, u.task_no as semaphore_no, count(*)::int as released from unnest(p_keys) u group by 1, 2) k
     cross join lateral (select m.ctid as row_id from waymark.semaphores m where m.run_id = k.run_id and m.semaphore_no = k.semaphore_no offset 0) m
     where s.ctid = m.row_id
    returning s.*
  )
  select array_agg(row(r.run_id, r.semaphore_no)::waymark.task_key) into v_over from released r where r.value > r.bound;
  return coalesce(v_over, '{}');
end
$$;
comment on function waymark._release_semaphores(waymark.task_key[]) is 'Gives back to semaphores.';
-- file: functions/tasks/_share_runs.sql
-- Marks the steps of runs that have several tasks, or are about to. When one of them failed in a way that ends its run (fatal), the run has ended, and the
-- other steps of the run are void.
create or replace function waymark._share_runs(p_steps waymark.task_step[], p_now timestamptz) returns waymark.task_step[]
language plpgsql as $$
declare
  v_fatal waymark.task_step[];
begin
  p_steps := array(
    select row(s.row_id, s.run_id, s.task_no, s.program_id, s.priority, s.queue, s.started_at, s.step_no,
               case when s.shared or s.commands is not null or s.effect in ('branches', 'child', 'wait', 'acquire', 'unscope', 'signal') then true end,
               s.pc, s.locals, s.frames, s.heap, s.effect, s.payload, s.commands)::waymark.task_step
      from unnest(p_steps) s);
  v_fatal := array(
    select s from (select distinct on (f.run_id) f from unnest(p_steps) f
                    where f.shared and f.effect = 'raise' and f.payload ? 'fatal' order by f.run_id, f.task_no) d(s));
  if cardinality(v_fatal) > 0 then
    perform waymark._fail_runs(v_fatal, p_now);
    p_steps := array(select s from unnest(p_steps) s where not exists (select from unnest(v_fatal) f where f.run_id = s.run_id));
  end if;
  return p_steps;
end
$$;
comment on function waymark._share_runs(waymark.task_step[], timestamptz) is 'Marks the steps of runs with several tasks and ends those that failed for good.';
-- file: functions/tasks/_start_children.sql
-- Starts child runs: each is a run of its own, and in the run that waits for it an action in the state child. Answers those that fail at once: children
-- nest at most 200 deep.
create or replace function waymark._start_children(p_steps waymark.task_step[], p_now timestamptz) returns waymark.action_result[]
language plpgsql as $$
declare
  c_depth constant int := 200;
  v_failed waymark.action_result[];
  v_message text := format('maximum recursion depth exceeded: child workflows nest at most %s deep', c_depth);
begin
  with wanted as materialized (
    select s.run_id, s.task_no, s.step_no + 1 as step_no, 0 as slot, ~s.pc as node, s.priority, s.queue, s.payload as call
      from unnest(p_steps) s where s.effect = 'child'
    union all
    select s.run_id, s.task_no, s.step_no + 1, b.ordinality::int - 1, ~s.pc, s.priority, s.queue, b.value
      from unnest(p_steps) s, jsonb_array_elements(s.payload -> 'branches') with ordinality b where s.effect = 'branches' and b.value ? 'workflow'
    union all
    select s.run_id, (c -> 'number')::int, 0, 0, (c -> 'node')::int, s.priority, s.queue, c -> 'value'
      from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'spawn' and c -> 'value' ? 'workflow'
  ), children as materialized (
    select w.*, waymark._new_run_id(p_now) as child_run, p.depth
      from wanted w
     cross join lateral (select coalesce(r.depth, 0) + 1 as depth from waymark.runs r where r.run_id = w.run_id offset 0) p
  ), waiting as (
    insert into waymark.actions (run_id, task_no, step_no, slot, node, name, arguments, timeout_ms, state, priority, queue, fencing_token, ready_at, child_run)
    select c.run_id, c.task_no, c.step_no, c.slot, c.node, c.call ->> 'workflow', c.call -> 'args', 0, 'child', c.priority, c.queue, 0, p_now, c.child_run
      from children c where c.depth <= c_depth
    returning action_id, child_run
  ), started as (
    insert into waymark.runs (run_id, workflow, program_id, priority, queue, arguments, created_at, parent_run, parent_action, depth)
    select c.child_run, c.call ->> 'workflow', (c.call -> 'program')::bigint, c.priority, c.queue, c.call -> 'args', p_now, c.run_id, w.action_id, c.depth
      from children c join waiting w using (child_run)
  ), bodies as (
    insert into waymark.tasks (run_id, program_id, priority, queue, state, pc, locals, ready_at)
    select c.child_run, p.program_id, c.priority, c.queue, 'ready', p.entry, c.call -> 'args', p_now
      from children c join waymark.programs p on p.program_id = (c.call -> 'program')::bigint where c.depth <= c_depth
  )
  select array_agg(row(c.run_id, c.task_no, c.step_no, c.slot, false, jsonb_build_object('$', 'exception', 'type', 'RecursionError',
           'mro', waymark._builtin_mro('RecursionError'), 'args', jsonb_build_array(v_message), 'message', v_message))::waymark.action_result)
    into v_failed from children c where c.depth > c_depth;
  if current_setting('transaction_isolation') <> 'read committed' then
    -- As in waymark.start: the programs may be none that is the newest any more.
    perform from waymark.workflows w
     where w.workflow in (select r.workflow from waymark.runs r join unnest(p_steps) s on r.parent_run = s.run_id) for share;
  end if;
  return coalesce(v_failed, '{}');
end
$$;
comment on function waymark._start_children(waymark.task_step[], timestamptz) is 'Starts child runs.';
-- file: functions/tasks/_task_status.sql
-- How a task ends that returned or raised.
create or replace function waymark._task_status(p_effect text, p_payload jsonb) returns text
language plpgsql immutable as $$
begin
  return case when p_effect = 'return' then 'returned'
              when p_payload #> '{exception,mro}' ? 'asyncio.exceptions:CancelledError' then 'cancelled'
              else 'raised' end;
end
$$;
comment on function waymark._task_status(text, jsonb) is 'How a task ends that returned or raised.';
-- file: functions/tasks/_wait_value.sql
-- What a wait answers: [status, value] of each task. Volatile: it must see what this turn has written.
create or replace function waymark._wait_value(p_run_id uuid, p_tasks jsonb) returns jsonb
language plpgsql volatile as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_array(coalesce(h.status, 'pending'), h.value) order by n.ordinality), '[]')
      from jsonb_array_elements(p_tasks) with ordinality n
      left join lateral (
        select t.status, t.value from waymark.task_history t where t.run_id = p_run_id and t.task_no = n.value::int offset 0) h on true);
end
$$;
comment on function waymark._wait_value(uuid, jsonb) is 'What a wait for tasks answers.';
-- file: functions/tasks/_wake_tasks.sql
-- Makes tasks ready, to go on with what the events say. The caller has them locked.
create or replace function waymark._wake_tasks(p_events waymark.task_event[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t
     set state = 'ready', pending = 0, ready_at = p_now, waits_for = null, semaphore_no = null, ticket = null, shared = true,
         wake = jsonb_build_object('ok', e.ok, 'value', e.value) || case when t.wake ? 'cancel' then t.wake else '{}' end
    from unnest(p_events) e where t.ctid = e.row_id;
end
$$;
comment on function waymark._wake_tasks(waymark.task_event[], timestamptz) is 'Makes tasks ready with the events that they waited for.';
-- file: functions/time/_now.sql
-- The engine clock, and the only reader of the database's clock. A session may move it (waymark.clock_offset, an interval),
-- so that a test lives a year in milliseconds. Clients' and daemons' clocks are never used.
create or replace function waymark._now() returns timestamptz
language plpgsql volatile parallel safe as $$
begin
  return clock_timestamp() + coalesce(nullif(current_setting('waymark.clock_offset', true), '')::interval, interval '0');
end
$$;
comment on function waymark._now() is 'The engine clock.';
-- file: functions/turn/_abandon_calls.sql
-- What runs that end leave outstanding: waiting actions go to history, running ones will be rejected, child runs are cancelled, or terminated
-- where their parent was not asked either. Locks: actions (skip locked: a result that is being handed in right now goes to history by itself; a claim that is being
-- made may come to nothing, so the run gets a timer, which has it abandoned before anybody can claim it again), timers.
create or replace function waymark._abandon_calls(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_leftovers tid[];
  v_sessions bigint[];
begin
  select array_agg(a.row_id), array_agg(a.session_id) into v_leftovers, v_sessions
    from unnest(p_steps) s
   cross join lateral (
      select c.ctid as row_id, c.session_id from waymark.actions c where c.run_id = s.run_id for update skip locked offset 0) a;
  if exists (select from unnest(p_steps) s where s.effect = 'raise') then
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select distinct c.run_id, -2, 0, p_now
      from unnest(p_steps) s
     cross join lateral (
        select h.run_id from waymark.actions h where h.run_id = s.run_id and (h.ctid = any (v_leftovers)) is not true offset 0) c
     where s.effect = 'raise' order by 1
        on conflict do nothing;
  end if;
  if v_leftovers is null then
    return;
  end if;
  with removed as (
    delete from waymark.actions a using unnest(v_leftovers) l(row_id) where a.ctid = l.row_id returning a.*
  ), unscheduled as (
    delete from waymark.timers t
     using removed l
     cross join lateral (
        select m.ctid as row_id from waymark.timers m where m.run_id = l.run_id and m.task_no = l.task_no and m.action_id = l.action_id
           for update skip locked offset 0) m
     where t.ctid = m.row_id
  ), orphaned as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select l.child_run, 0, case when s.effect = 'raise' and s.payload ?| '{terminated,overdue}' then -2 else -1 end, p_now
      from removed l join unnest(p_steps) s on s.run_id = l.run_id where l.child_run is not null
    union all
    select l.key_id, -1, -nextval('waymark.numbers'), p_now from removed l where l.key_id is not null and l.state in ('ready', 'running')
    on conflict do nothing
  ), kept as (
    insert into waymark.failed_calls (run_id, action_id, policy)
    select l.run_id, l.action_id, l.policy from removed l where l.policy is not null
  )
  insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, ready_at,
                                       claimed_at, ended_at, session_id)
  select l.run_id, l.task_no, l.step_no, l.slot, l.attempt, l.action_id, l.node, l.name, l.arguments, 'abandoned', true, l.ready_at,
         l.claimed_at, p_now, l.session_id
    from removed l;
  perform waymark._tell_sessions(v_sessions);
end
$$;
comment on function waymark._abandon_calls(waymark.task_step[], timestamptz) is 'Drops what ended runs have left outstanding.';
-- file: functions/turn/_accept_results.sql
-- Takes the results whose fencing token is live: locks the actions in the order given (key order), appends each attempt to history, removes what has ended, schedules
-- what is tried again, and counts the ended down from the tasks that wait (_complete_joins). p_rejected: positions of the others.
-- An action that is tried again is offered by its timer, even at once: _due_events, which holds the run, knows whether it is paused or has ended.
-- Whatever ends an attempt may free its concurrency key, which a timer tells (_pass_keys).
-- A result counts once: whoever comes second finds no row with that token. A released action goes back without an attempt counted.
-- The lateral subquery, kept apart by "offset 0", makes the plan what it must be under any statistics: in the order of the results, a probe each;
-- the locked rows are then found by their place. The same statement may do so: only a heartbeat or a new priority changes a claimed action without ending the claim, so a row that
-- still has the token is where the statement's snapshot saw it. A result that meets such a change is to be handed in again: a daemon avoids that for its own heartbeats.
-- Its condition says "running" by the session, lest the partial index of running actions look like a way in.
create or replace function waymark._accept_results(
  p_now timestamptz, p_run_ids uuid[], p_action_ids bigint[], p_fencing_tokens bigint[], p_outcomes text[], p_values jsonb[], p_run_us bigint[],
  out p_events waymark.task_event[], out p_rejected int[])
language plpgsql as $$
declare
  v_results waymark.action_result[];
  v_accepted bigint[];
  v_written bigint;
  v_failed waymark.failed_calls[];
begin
  with locked as materialized (
    select a.*, o.position, o.outcome, o.run_us, d.delay,
           case o.outcome when 'succeeded' then coalesce(o.value, 'null') when 'released' then null
                else waymark._attempt_failure(a.row_id, o.outcome, o.value, d.delay is null, p_now) end as value
      from unnest(p_run_ids, p_action_ids, p_fencing_tokens, p_outcomes, p_values, p_run_us) with ordinality
             as o(run_id, action_id, fencing_token, outcome, value, run_us, position)
     cross join lateral (
        select c.*, c.ctid as row_id from waymark.actions c
         where c.run_id = o.run_id and c.action_id = o.action_id and c.fencing_token = o.fencing_token and c.session_id is not null
           for update offset 0) a
     cross join lateral (
        select case o.outcome when 'succeeded' then null when 'released' then 0::double precision
                    else waymark._retry_delay(a.row_id, o.outcome, o.value, p_now) end as delay offset 0) d
  ), recorded as (
    insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, value,
                                         ready_at, claimed_at, ended_at, run_us, session_id)
    select l.run_id, l.task_no, l.step_no, l.slot, l.attempt, l.action_id, l.node, l.name, l.arguments, l.outcome, l.delay is null, l.value,
           l.ready_at, l.claimed_at, p_now, l.run_us, l.session_id
      from locked l where l.outcome <> 'released'
  ), ended as (
    delete from waymark.actions a using locked l where a.ctid = l.row_id and l.delay is null returning 1
  ), again as (
    update waymark.actions a
       set state = 'backoff',
           attempt = a.attempt + (l.outcome <> 'released')::int,
           ready_at = p_now + l.delay * interval '1 second',
           session_id = null, claimed_at = null, deadline = null, share = null
      from locked l where a.ctid = l.row_id and l.delay is not null
    returning 1
  ), backing_off as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select l.run_id, l.task_no, l.action_id, p_now + l.delay * interval '1 second' from locked l where l.delay is not null
    union all
    select l.key_id, -1, -nextval('waymark.numbers'), p_now from locked l where l.key_id is not null
  )
  select array_agg(row(l.run_id, l.task_no, l.step_no, l.slot, l.outcome = 'succeeded', l.value)::waymark.action_result)
           filter (where l.delay is null),
         coalesce(array_agg(l.position), '{}'), (select count(*) from ended) + (select count(*) from again),
         array_agg(row(l.run_id, l.action_id, l.policy)::waymark.failed_calls)
           filter (where l.delay is null and l.outcome <> 'succeeded' and l.policy is not null)
    into v_results, v_accepted, v_written, v_failed
    from locked l;
  if v_written < cardinality(v_accepted) then
    raise exception using errcode = '40001', message = 'the action of a result has changed meanwhile', hint = 'Hand it in again.';
  end if;
  if v_failed is not null then
    insert into waymark.failed_calls select f.* from unnest(v_failed) f;
  end if;
  p_rejected := case when cardinality(v_accepted) = cardinality(p_run_ids) then '{}'
                     else array(select i from generate_subscripts(p_run_ids, 1) i where not i = any (v_accepted)) end;
  p_events := case when v_results is null then '{}' else waymark._complete_joins(v_results) end;
end
$$;
comment on function waymark._accept_results(timestamptz, uuid[], bigint[], bigint[], text[], jsonb[], bigint[]) is
  'Takes results by fencing token, keeps history and schedules retries; answers the tasks that can go on.';
-- file: functions/turn/_advance.sql
-- Steps tasks and writes what they want, set-based: finished runs, task rows, timers, actions; then hands out actions. What that makes ready at once in
-- runs of several tasks is stepped in further rounds, but not without an end: others wait. Rounds in which a task only goes on after it was answered
-- count little: between them the other tasks of its run, and its children, may not.
-- The order of claims keeps endless loops from starving others: work that is ready and of higher priority, or ready for over a second, goes before
-- the actions this very turn creates; what room is left is topped up from the ready. p_shares: of queues with limits, what the first actions created may take
-- of the capacity (_take_shares).
create or replace function waymark._advance(
  p_session bigint, p_capacity int, p_queues text[], p_shares waymark.share_room[], p_isolate boolean, p_events waymark.task_event[], p_now timestamptz)
returns setof waymark.turn_row
language plpgsql as $$
declare
  v_events waymark.task_event[] := p_events;
  v_answered uuid[];
  v_steps waymark.task_step[];
  v_shared boolean;
  v_end boolean;
  v_stay boolean;
  v_yield boolean;
  v_more boolean := false;
  v_rounds numeric := 0;
  v_wanted smallint;
  v_shares waymark.share_room[] := p_shares;
  v_room int := p_capacity - coalesce((select sum(k.room) from unnest(p_shares) k), 0);
  v_count bigint;
begin
  while v_rounds < 10 and cardinality(v_events) > 0 loop
    v_steps := waymark._step_tasks(v_events, p_isolate);
    v_shared := exists (select from unnest(v_steps) s
                         where s.shared or s.commands is not null or s.effect in ('branches', 'child', 'wait', 'acquire', 'unscope', 'signal'));
    if v_shared then
      v_steps := waymark._share_runs(v_steps, p_now);
      perform waymark._park_shared(v_steps, p_now);
    end if;
    select bool_or(s.effect in ('return', 'raise') and s.shared is not true), bool_or(s.effect not in ('return', 'raise')),
           bool_or(s.effect = 'yield'), min(s.priority) filter (where s.effect in ('action', 'fork', 'branches'))
      into v_end, v_stay, v_yield, v_wanted from unnest(v_steps) s;
    if v_stay then
      perform waymark._park_tasks(v_steps, p_now);
    end if;
    if v_end then
      perform waymark._finish_runs(v_steps, p_now);
    end if;
    if v_wanted is not null then
      if v_room > 0 then
        return query select * from waymark._claim_actions(p_session, p_queues, v_room,
          (p_now at time zone 'UTC') - interval '1 second' + v_wanted * interval '1 minute', p_now, null);
        get diagnostics v_count = row_count;
        v_room := v_room - v_count;
      end if;
      return query select * from waymark._create_actions(p_session, p_queues, v_shares, v_room, v_steps, p_now);
      get diagnostics v_count = row_count;
      v_room := v_room - v_count;
      v_shares := null;
    end if;
    v_more := v_more or v_yield;
    v_events := '{}';
    exit when not v_shared;
    perform waymark._coordinate(v_steps, p_now);
    v_events := waymark._answered_events(v_steps);
    v_rounds := v_rounds + case when cardinality(v_events) = 0 then 1.0 else 0.05 end;
    if p_capacity > 0 then
      v_answered := array(select distinct a.run_id from unnest(v_events) a);
      v_events := v_events || array(
        select e from unnest(waymark._ready_events(least(p_capacity, 1000)) || waymark._ready_branches(1000)) e
         where cardinality(v_answered) = 0
            or e.run_id <> all (v_answered) and not exists (
                 select from waymark.runs r where r.run_id = e.run_id and r.parent_run = any (v_answered)));
    end if;
  end loop;
  -- The turn that goes on with it may be this very session's, which is not known to wait.
  if v_more or cardinality(v_events) > 0 then
    perform pg_notify('waymark', '');
  end if;
  if v_room > 0 then
    return query select * from waymark._claim_actions(p_session, p_queues, v_room, 'infinity', p_now, null);
  end if;
end
$$;
comment on function waymark._advance(bigint, int, text[], waymark.share_room[], boolean, waymark.task_event[], timestamptz) is
  'Steps tasks, writes their effects and hands out actions.';
-- file: functions/turn/_attempt_context.sql
-- What an attempt is told beside its arguments, where there is anything: how long all attempts together may still take, and what the former one has told last.
create or replace function waymark._attempt_context(p_final_deadline timestamptz, p_details jsonb, p_now timestamptz) returns jsonb
language plpgsql stable as $$
begin
  return jsonb_strip_nulls(jsonb_build_object('deadline_ms', ceil(extract(epoch from p_final_deadline - p_now) * 1000)::bigint))
         || case when p_details is null then '{}' else jsonb_build_object('details', p_details) end;
end
$$;
comment on function waymark._attempt_context(timestamptz, jsonb, timestamptz) is 'What an attempt is told beside its arguments.';
-- file: functions/turn/_attempt_failure.sql
-- The exception value of an attempt that did not succeed. An action's own exception stays what it is; an attempt that timed out or was lost is a WaymarkTimeout,
-- and ExhaustedRetries, a WaymarkTimeout too, when it was the last: that is what the body sees. What is final after several attempts carries them.
create or replace function waymark._attempt_failure(p_row tid, p_outcome text, p_value jsonb, p_final boolean, p_now timestamptz) returns jsonb
language plpgsql as $$
declare
  v_action waymark.actions;
  v_message text;
  v_types text[] := array['waymark.errors:WaymarkTimeout', 'waymark.errors:WaymarkError', 'TimeoutError', 'OSError', 'Exception', 'BaseException', 'object'];
  v_value jsonb := p_value;
begin
  select * into v_action from waymark.actions a where a.ctid = p_row;
  if p_outcome <> 'failed' then
    v_message := v_action.name || case
      when p_outcome = 'lost' then ' lost its worker: ' || coalesce(p_value #>> '{}', 'no reason was given')
      when v_action.final_deadline <= p_now then ' did not end before its deadline'
      else format(' did not end within %s s', round(v_action.timeout_ms / 1000.0, 3)::double precision) end;
    if p_final then
      v_types := array_prepend('waymark.errors:ExhaustedRetries', v_types);
    end if;
    v_value := jsonb_build_object('$', 'exception', 'type', v_types[1], 'mro', v_types, 'args', array[v_message], 'message', v_message);
  end if;
  if p_final and (p_outcome <> 'failed' or v_action.attempt > 1) then
    v_value := v_value || jsonb_build_object('attrs', coalesce(v_value -> 'attrs', '{}') || jsonb_build_object(
      case when p_outcome = 'failed' then '__waymark_attempts__' else 'attempts' end, waymark._describe_attempts(v_action, p_outcome, v_value)));
  end if;
  return v_value;
end
$$;
comment on function waymark._attempt_failure(tid, text, jsonb, boolean, timestamptz) is 'The exception value of an attempt that did not succeed.';
-- file: functions/turn/_claim_actions.sql
-- Claims ready actions of the served queues in the order of their place: the time since when they are ready, put off by a minute for each level of priority;
-- only those whose place is not after p_before (a time in UTC), so that the condition is a prefix of the index and the scan ends with it. A fresh fencing token with each claim. p_share: see _claim_limited.
-- Locks: actions (skip locked). The limited scan is fenced by "materialized": inlined, a planner could move the limit. An action that was claimed and given
-- back since the statement began has another place; it is left to the next turn. What has run out of time before anybody took it is left to reclaim.
-- _scan_from: not from the beginning of the index each time, while it is full of what was ready before.
create or replace function waymark._claim_actions(
  p_session bigint, p_queues text[], p_room int, p_before timestamp, p_now timestamptz, p_share smallint)
returns setof waymark.turn_row
language plpgsql as $$
declare
  v_began timestamptz := clock_timestamp();
  v_cost bigint := waymark._scan_cost('waymark.actions_ready');
  v_from timestamp := waymark._scan_from(p_queues::text);
  v_rows tid[];
  v_first timestamp;
begin
  with picked as materialized (
    select c.*
      from unnest(p_queues) q(queue)
     cross join lateral (
        select a.ctid as row_id, (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' as place from waymark.actions a
         where a.state = 'ready' and a.queue = q.queue and (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' between v_from and p_before
           and (a.final_deadline is null or a.final_deadline > p_now)
         order by (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' limit p_room for update skip locked) c
     order by c.place limit p_room
  )
  select array_agg(p.row_id), min(p.place) into v_rows, v_first from picked p;
  v_cost := waymark._scan_cost('waymark.actions_ready') - v_cost - coalesce(cardinality(v_rows), 0);
  if v_cost > 1000 then
    perform waymark._remember_scan(p_queues::text, v_began, v_first, p_before);
  end if;
  if v_rows is null then
    return;
  end if;
  return query
  update waymark.actions a
     set state = 'running', session_id = p_session, fencing_token = a.fencing_token + 1, claimed_at = p_now, share = p_share,
         deadline = least(p_now + a.timeout_ms * interval '1 millisecond', a.final_deadline) + interval '10 seconds'
    from unnest(v_rows) p(row_id) where a.ctid = p.row_id
  returning 'action', a.run_id, a.action_id, a.fencing_token, a.attempt, a.name, a.arguments, a.timeout_ms, null::bigint, null::boolean,
            case when num_nonnulls(a.final_deadline, a.details) > 0 then waymark._attempt_context(a.final_deadline, a.details, p_now) end;
end
$$;
comment on function waymark._claim_actions(bigint, text[], int, timestamp, timestamptz, smallint) is
  'Claims ready actions in priority order for a session.';
-- file: functions/turn/_collect_join.sql
-- The results of a complete join in the order of its branches, from history, where this turn has already appended them.
-- Volatile: it must see history as of now, not as of the statement that calls it.
create or replace function waymark._collect_join(p_run_id uuid, p_task_no int, p_step_no int) returns jsonb
language plpgsql volatile as $$
begin
  return (
    select jsonb_agg(b.value order by b.slot)
      from (select a.slot, a.value from waymark.action_attempts a
             where a.run_id = p_run_id and a.task_no = p_task_no and a.step_no = p_step_no and a.final
            union all
            select h.slot, h.value from waymark.task_history h
             where h.run_id = p_run_id and h.parent_no = p_task_no and h.parent_step = p_step_no) b);
end
$$;
comment on function waymark._collect_join(uuid, int, int) is 'The results of a complete join, in order.';
-- file: functions/turn/_complete_joins.sql
-- Counts results down from the tasks that wait for them: one decrement a join and batch, never one a result. Answers the tasks whose join is
-- complete, locked, with what the body will see; those of a paused run become ready instead, which nobody steps. Results of a join that the task has left (a gather that failed early) change nothing.
-- Locks: tasks in key order; before another task, that of the run's body. What was locked is written by the next statement: a row that another session changed while this one waited for it has a
-- new place, which only a statement that begins after the lock is held can see.
create or replace function waymark._complete_joins(p_results waymark.action_result[]) returns waymark.task_event[]
language plpgsql as $$
declare
  v_events waymark.task_event[];
  v_event waymark.task_event;
  v_rows tid[];
  v_ended int[];
  v_paused tid[];
begin
  with joined as (
    select r.run_id, r.task_no, r.step_no, count(*)::int as ended, bool_and(r.ok) as ok,
           (array_agg(r.value order by r.ok, r.slot))[1] as value
      from unnest(p_results) r group by 1, 2, 3
     union all
    select r.run_id, 0, null, 0, true, null from unnest(p_results) r where r.task_no > 0 group by 1
     order by 1, 2, 3
  ), locked as materialized (
    select t.*, j.ended, j.ok, j.value,
           t.pending = j.ended or t.state = 'gather' and not j.ok as complete,
           coalesce(t.waits_for ? 'cancelled', false) as cancelled
      from joined j
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w
         where w.run_id = j.run_id and w.task_no = j.task_no
           and (j.step_no is null or w.step_no = j.step_no and w.state in ('action', 'gather', 'settle'))
           for no key update offset 0) t
  )
  select array_agg(row(l.row_id, l.run_id, l.task_no, l.program_id, l.priority, l.queue, l.started_at, l.step_no, l.shared,
                       l.pc, l.locals, l.frames, l.heap, (l.ok or l.state = 'settle') and not l.cancelled,
                       case when l.cancelled then waymark._cancelled_error()
                            when l.state = 'action' or l.state = 'gather' and not l.ok then l.value end)::waymark.task_event)
           filter (where l.complete),
         array_agg(l.row_id) filter (where not l.complete), array_agg(l.ended) filter (where not l.complete),
         array_agg(l.row_id) filter (where l.complete and l.paused)
    into v_events, v_rows, v_ended, v_paused
    from locked l where l.ended > 0;
  if v_rows is not null then
    update waymark.tasks t set pending = t.pending - c.ended
      from unnest(v_rows, v_ended) c(row_id, ended) where t.ctid = c.row_id;
  end if;
  -- Only a statement that begins after the lock is held sees what another session, which we may have waited for, has appended to history.
  for i in 1..coalesce(cardinality(v_events), 0) loop
    if v_events[i].value is null then
      v_event := v_events[i];
      v_event.value := waymark._collect_join(v_event.run_id, v_event.task_no, v_event.step_no);
      v_events[i] := v_event;
    end if;
  end loop;
  if v_paused is not null then
    perform waymark._wake_tasks(array(select e from unnest(v_events) e where e.row_id = any (v_paused)), waymark._now());
    v_events := array(select e from unnest(v_events) e where e.row_id <> all (v_paused));
  end if;
  return coalesce(v_events, '{}');
end
$$;
comment on function waymark._complete_joins(waymark.action_result[]) is 'Counts results down from their joins; answers the tasks that can go on.';
-- file: functions/turn/_create_actions.sql
-- Claim on create: the actions that tasks ask for are inserted already running for the calling session, in priority order, up to its room and, of queues with
-- limits, that of its shares; the surplus, and what belongs to queues it does not serve, as ready. What has a concurrency key is put in line for it by its timer.
create or replace function waymark._create_actions(
  p_session bigint, p_queues text[], p_shares waymark.share_room[], p_room int, p_steps waymark.task_step[], p_now timestamptz)
returns setof waymark.turn_row
language plpgsql as $$
declare
  v_wanted bigint;
  v_count bigint;
begin
  return query
  with shares as (
    select (k.share).*, k.room from unnest(p_shares) k
  ), wanted as (
    select s.run_id, s.task_no, s.step_no + 1 as step_no, 0 as slot, ~s.pc as node, s.payload as call, s.priority, s.queue
      from unnest(p_steps) s where s.effect = 'action'
    union all
    select s.run_id, s.task_no, s.step_no + 1, b.ordinality::int - 1, ~s.pc, b.value, s.priority, s.queue
      from unnest(p_steps) s, jsonb_array_elements(s.payload -> 'branches') with ordinality b
     where s.effect = 'fork' or s.effect = 'branches' and b.value ? 'action'
  ), served as (
    select w.*, coalesce(w.call #>> '{policy,queue}', w.queue) as action_queue,
           coalesce(w.call #> '{policy,timeout}', '300') as timeout,
           coalesce(w.call #>> '{policy,queue}', w.queue) = any (p_queues) as free, k.key_id
      from wanted w
     cross join lateral (select waymark._key_id(coalesce(w.call #>> '{policy,queue}', w.queue), w.call #>> '{policy,concurrency_key}') as key_id) k
  ), ranked as (
    select s.*, h.share, h.concurrency, s.key_id is null and (s.free or h.queue is not null)
                           and row_number() over (partition by s.key_id, s.free, h.queue order by s.priority) <= coalesce(h.room, p_room) as claimed
      from served s left join shares h on h.queue = s.action_queue
  ), created as (
    insert into waymark.actions as a (run_id, task_no, step_no, slot, node, name, arguments, policy, timeout_ms, state, priority, queue,
                                      fencing_token, session_id, ready_at, claimed_at, deadline, final_deadline, retry_until, key_id, share)
    select r.run_id, r.task_no, r.step_no, r.slot, r.node, r.call ->> 'action', r.call -> 'args', r.call -> 'policy',
           r.timeout::numeric * 1000, case when r.claimed then 'running' when r.key_id is null then 'ready' else 'backoff' end, r.priority, r.action_queue,
           r.claimed::int, case when r.claimed then p_session end, p_now, case when r.claimed then p_now end,
           case when r.claimed then least(p_now + r.timeout::double precision * interval '1 second', l.final_deadline) + interval '10 seconds' end,
           l.final_deadline, p_now + (r.call #>> '{policy,max_elapsed}')::double precision * interval '1 second', r.key_id,
           case when r.claimed and r.concurrency is not null then r.share end
      from ranked r
     cross join lateral (select p_now + (r.call #>> '{policy,deadline}')::double precision * interval '1 second' as final_deadline) l
    returning a.run_id, a.task_no, a.action_id, a.fencing_token, a.attempt, a.name, a.arguments, a.timeout_ms, a.state, a.queue, a.final_deadline
  ), in_line as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select c.run_id, c.task_no, c.action_id, p_now from created c where c.state = 'backoff'
  ), spent as (  -- as _spend_share does
    update waymark.queue_shares s
       set booked = h.booked + n.claimed, counted_from = least(h.counted_from, p_now), step = h.step,
           used = case when h.rate is null then s.used else array[h.used[1] + n.claimed] || h.used[2:17] end
      from shares h
     cross join lateral (select count(*)::int as claimed from created c where c.queue = h.queue and c.state = 'running' offset 0) n
     where s.queue = h.queue and s.share = h.share and n.claimed > 0
  )
  select 'action', c.run_id, c.action_id, c.fencing_token, c.attempt, c.name, c.arguments, c.timeout_ms, null::bigint, null::boolean,
         case when c.final_deadline is not null then waymark._attempt_context(c.final_deadline, null, p_now) end
    from created c where c.state = 'running';
  get diagnostics v_count = row_count;
  select coalesce(sum(case s.effect when 'action' then 1 else jsonb_array_length(s.payload -> 'branches') end), 0) into v_wanted
    from unnest(p_steps) s where s.effect in ('action', 'fork', 'branches');
  if v_wanted > v_count then
    perform waymark._wake_hungry();
  end if;
end
$$;
comment on function waymark._create_actions(bigint, text[], waymark.share_room[], int, waymark.task_step[], timestamptz) is
  'Inserts the actions that stepped tasks ask for; hands out what the session has room for.';
-- file: functions/turn/_describe_attempts.sql
-- What an action that has failed for good tells of its attempts: the last 20, in order. p_outcome, p_value: of the last one, which is not history yet.
create or replace function waymark._describe_attempts(p_action waymark.actions, p_outcome text, p_value jsonb) returns jsonb
language plpgsql stable as $$
begin
  return (
    select jsonb_agg(jsonb_build_object('attempt', b.attempt, 'outcome', b.outcome,
                                        'message', left(format('%s: %s', split_part(b.value ->> 'type', ':', -1), b.value ->> 'message'), 200))
                     order by b.attempt)
      from (select h.attempt, h.outcome, h.value from waymark.action_attempts h
             where h.run_id = p_action.run_id and h.task_no = p_action.task_no and h.step_no = p_action.step_no and h.slot = p_action.slot
               and h.attempt between p_action.attempt - 19 and p_action.attempt - 1
            union all
            select p_action.attempt, p_outcome, p_value) b);
end
$$;
comment on function waymark._describe_attempts(waymark.actions, text, jsonb) is 'The attempts of an action, for who gets its failure.';
-- file: functions/turn/_describe_failure.sql
-- The error of a run: the exception, the place in the source, and if it is that of an action which was tried again, how often it was (_attempt_failure).
create or replace function waymark._describe_failure(p_program_id bigint, p_payload jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_attributes jsonb := p_payload #> '{exception,attrs}';
begin
  return (
    select p_payload || jsonb_build_object('function', n.function, 'line', n.line, 'source', n.source, 'file', s.source -> 'file',
                                           'module', s.source -> 'module')
           || jsonb_strip_nulls(jsonb_build_object('attempts', coalesce(v_attributes #> '{__waymark_attempts__,-1,attempt}',
                case when p_payload #>> '{exception,type}' = 'waymark.errors:ExhaustedRetries' then v_attributes #> '{attempts,-1,attempt}' end)))
      from waymark.program_nodes n join waymark.programs p using (program_id)
      cross join lateral (
        select waymark._source_of(p.ir, f.ordinality::int - 1)
          from jsonb_array_elements(p.ir -> 'functions') with ordinality f
         where n.node between (f.value #> '{nodes,0}')::int and (f.value #> '{nodes,1}')::int) s(source)
     where n.program_id = p_program_id and n.node = (p_payload ->> 'node')::int);
end
$$;
comment on function waymark._describe_failure(bigint, jsonb) is 'A run''s error: exception, node, line and source.';
-- file: functions/turn/_due_events.sql
-- Takes due timers: actions that backed off become ready, or blocked until they get their concurrency key, ended child runs hand in their results, scopes fire, signals arrive, tasks that slept or waited are answered locked,
-- to be stepped. Nothing waits for a lock: a timer whose run is another session's just now stays due; one whose run has ended is dropped, with the
-- action that it was to offer again; that of a paused run is put off, unless it is to end the run.
-- p_events: what this turn goes on with already. Where a run has somebody to cancel, its tasks become ready instead, as what is handed to them may be too late.
-- Locks: the bodies of the runs, their timers, actions that backed off (all skip locked: an action that is held is just running out of time), then what is theirs.
create or replace function waymark._due_events(p_events waymark.task_event[], p_now timestamptz, p_limit int) returns waymark.task_event[]
language plpgsql as $$
declare
  v_due waymark.timers[];
  v_fates text[];
  v_taken waymark.timers[];
  v_gone waymark.timers[];
  v_events waymark.task_event[];
  v_asked uuid[];
begin
  if not exists (select from waymark.timers m where m.due_at <= p_now) then
    return p_events;
  end if;
  select array_agg(row(d.run_id, d.task_no, d.action_id, d.due_at)::waymark.timers order by d.run_id, d.due_at, d.task_no, d.action_id),
         array_agg(case when d.held is null then 'gone' when d.paused and d.action_id not in (-1, -2, -3) then 'put off' else 'taken' end
                   order by d.run_id, d.due_at, d.task_no, d.action_id)
    into v_due, v_fates
    from (select t.*, b.run_id as held, b.paused
            from (select * from waymark.timers m where m.due_at <= p_now order by m.due_at offset 0) t
            left join lateral (
              select w.run_id, w.paused from waymark.tasks w where w.run_id = t.run_id and w.task_no = 0 for no key update skip locked offset 0) b on true
           where b.run_id is not null or not exists (select from waymark.tasks g where g.run_id = t.run_id and g.task_no = 0)
           limit p_limit) d;
  if v_due is null then
    return p_events;
  end if;
  select t.p_taken, t.p_gone into v_taken, v_gone from waymark._take_timers(v_due, v_fates, p_now) t;
  perform waymark._offer_actions(v_taken, v_gone, p_now);
  -- Before the timeouts: what has arrived in time is taken.
  if exists (select from unnest(v_taken) d where d.action_id < -2147483648) then
    perform waymark._accept_signals(v_taken, p_now);
  end if;
  with locked as materialized (
    select t.* from (select * from unnest(v_taken) where action_id = 0 order by run_id, task_no) d
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w
         where w.run_id = d.run_id and w.task_no = d.task_no and w.state in ('timer', 'all', 'first', 'first_exception', 'first_failure', 'signal')
           for no key update offset 0) t
  )
  select array_agg(row(l.row_id, l.run_id, l.task_no, l.program_id, l.priority, l.queue, l.started_at, l.step_no, l.shared, l.pc, l.locals, l.frames, l.heap,
                       l.state <> 'signal', case l.state when 'timer' then 'null' when 'signal' then waymark._signal_timeout(l.waits_for ->> 'signal')
                                                         else waymark._wait_value(l.run_id, l.waits_for -> 'tasks') end)::waymark.task_event)
    into v_events from locked l;
  v_events := p_events || v_events;
  if exists (select from unnest(v_taken) d where d.action_id <> 0) then
    v_asked := array(select distinct d.run_id from unnest(v_taken) d where d.action_id between -2147483648 and -1);
    perform waymark._wake_tasks(array(select e from unnest(v_events) e where e.run_id = any (v_asked)), p_now);
    v_events := array(select e from unnest(v_events) e where e.run_id <> all (v_asked)) || waymark._accept_messages(v_taken, p_now);
  end if;
  return v_events;
end
$$;
comment on function waymark._due_events(waymark.task_event[], timestamptz, int) is 'Takes due timers; answers the tasks that go on, with those that they wake.';
-- file: functions/turn/_evaluation.sql
-- The arguments of waymark:evaluate: the expression of a node, those of the locals it names that are bound, and the objects of the heap that these reach.
create or replace function waymark._evaluation(p_node jsonb, p_locals jsonb, p_heap jsonb) returns jsonb
language plpgsql stable as $$
declare
  c_references constant jsonpath := jsonpath 'strict $.** ? (@."$".type() == "number")';
  v_expression jsonb := case p_node ->> 'kind' when 'branch' then jsonb_build_object('op', 'py.truth', 'args', jsonb_build_array(p_node -> 'test'))
                                               else p_node -> 'value' end;
  v_heap jsonb[] := case when p_heap is not null then waymark._heap_open(p_heap) end;
  v_locals jsonb;
  v_objects jsonb;
begin
  select coalesce(jsonb_object_agg(l.key, waymark._paged_whole(l.value)), '{}') into v_locals from jsonb_each(p_locals) l
   where l.value <> '{"$": "unbound"}' and l.key in (select n #>> '{}' from jsonb_path_query(v_expression, 'strict $.**.local', silent => true) n);
  with recursive reached (number, content) as (
    select (r.value -> '$')::int, waymark._heap_load(r.value, v_heap) from jsonb_path_query(v_locals, c_references, silent => true) as r (value)
    union
    select (r.value -> '$')::int, waymark._heap_load(r.value, v_heap)
      from reached, jsonb_path_query(reached.content, c_references, silent => true) as r (value)
  )
  select jsonb_object_agg(reached.number, reached.content) into v_objects from reached;
  return jsonb_build_object('expression', v_expression, 'locals', v_locals)
    || case when v_objects is null then '{}' else jsonb_build_object('objects', v_objects) end;
end
$$;
comment on function waymark._evaluation(jsonb, jsonb, jsonb) is 'The arguments with which an expression is left to CPython.';
-- file: functions/turn/_failed_state.sql
-- How a run ends that raised: asyncio.CancelledError that leaves the body cancels the run, as it cancels a task.
create or replace function waymark._failed_state(p_payload jsonb) returns text
language plpgsql immutable as $$
begin
  return case when p_payload ? 'terminated' then 'terminated'
              when p_payload #> '{exception,mro}' ? 'asyncio.exceptions:CancelledError' then 'cancelled'
              else 'failed' end;
end
$$;
comment on function waymark._failed_state(jsonb) is 'How a run ends that raised.';
-- file: functions/turn/_finish_runs.sql
-- Ends runs: the task goes (that of a failed run is kept for waymark.retry), the run gets its result or error, who asked for it is notified, the run whose child
-- it is gets a timer, which is due. What a failed gather has left outstanding is abandoned. Locks: actions (skip locked), tasks, timers, runs in key order. What is
-- locked is written by a later statement, which sees the rows where others have left them.
create or replace function waymark._finish_runs(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_ended waymark.task_step[] := array(
    select row(s.*)::waymark.task_step from unnest(p_steps) s where s.effect in ('return', 'raise') and s.shared is not true order by s.run_id);
  v_waiter text;
begin
  perform waymark._abandon_calls(v_ended, p_now);
  if exists (select from unnest(v_ended) s where s.effect = 'raise') then
    perform waymark._keep_failed(v_ended);
  end if;
  delete from waymark.tasks t using unnest(v_ended) s where t.ctid = s.row_id;
  -- From here on the place of a step is that of its run.
  v_ended := array(
    select row(l.row_id, s.run_id, s.task_no, s.program_id, s.priority, s.queue, s.started_at, s.step_no, s.shared, s.pc, s.locals,
               s.frames, s.heap, s.effect, s.payload, null)::waymark.task_step
      from unnest(v_ended) s
     cross join lateral (
        select r.ctid as row_id from waymark.runs r where r.run_id = s.run_id and r.state = 'live' for no key update offset 0) l);
  for v_waiter in
    with ended as (
      update waymark.runs r
         set state = case s.effect when 'return' then 'succeeded' else waymark._failed_state(s.payload) end,
             result = case s.effect when 'return' then s.payload end,
             error = case s.effect when 'raise' then waymark._describe_failure(s.program_id, s.payload) end,
             started_at = coalesce(s.started_at, p_now), ended_at = p_now
        from unnest(v_ended) s where r.ctid = s.row_id
      returning r.run_id, r.waiters, r.parent_run, r.parent_action, r.deadline
    ), told as (
      insert into waymark.timers (run_id, task_no, action_id, due_at)
      select e.parent_run, 0, e.parent_action, p_now from ended e where e.parent_run is not null
    ), undue as (
      delete from waymark.timers t using ended e
       cross join lateral (
          select m.ctid as row_id from waymark.timers m
           where e.deadline is not null and m.run_id = e.run_id and m.task_no = 0 and m.action_id = -3 for update skip locked offset 0) m
       where t.ctid = m.row_id
    )
    select distinct unnest(e.waiters) from ended e where e.waiters is not null
  loop
    perform pg_notify('waymark_done_' || v_waiter, '');
  end loop;
end
$$;
comment on function waymark._finish_runs(waymark.task_step[], timestamptz) is 'Ends runs that returned or raised.';
-- file: functions/turn/_matches_class.sql
-- Whether one of the classes (the mro of an exception) is named. A name without a module stands for the class of that name in any module.
create or replace function waymark._matches_class(p_mro jsonb, p_names jsonb) returns boolean
language plpgsql stable as $$
begin
  return exists (
    select from jsonb_array_elements_text(p_mro) m(class) where p_names ?| array[m.class, split_part(m.class, ':', 2)]);
end
$$;
comment on function waymark._matches_class(jsonb, jsonb) is 'Whether an exception is of one of the classes named.';
-- file: functions/turn/_offer_actions.sql
-- Actions that back off no longer, by their due timers, become ready, or come into line for their concurrency key; keys that may be free are passed on, those
-- that due timers (task_no -1) tell of, too. The caller has the bodies of the runs locked. Locks: actions, then see _pass_keys. Actions are skipped
-- where they are held, by a late result or because they are just running out of time: their timers are made again, due at once.
create or replace function waymark._offer_actions(p_taken waymark.timers[], p_gone waymark.timers[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_offered bigint;
  v_keys uuid[];
begin
  with offered as (
    update waymark.actions a set state = case when a.key_id is null then 'ready' else 'blocked' end
      from unnest(p_taken) d
     cross join lateral (
        select c.ctid as row_id from waymark.actions c
         where c.run_id = d.run_id and c.action_id = d.action_id and c.state = 'backoff' for update skip locked offset 0) c
     where d.action_id > 0 and a.ctid = c.row_id
    returning a.run_id, a.action_id, a.key_id
  ), held as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select d.run_id, d.task_no, d.action_id, p_now from unnest(p_taken) d
     cross join lateral (
        select 1 from waymark.actions c where c.run_id = d.run_id and c.action_id = d.action_id and c.state = 'backoff' offset 0) c
     where d.action_id > 0 and not exists (select from offered o where o.run_id = d.run_id and o.action_id = d.action_id)
  )
  select count(*), array_agg(o.key_id) filter (where o.key_id is not null) into v_offered, v_keys from offered o;
  if v_offered > 0 then
    perform waymark._wake_hungry();
  end if;
  v_keys := v_keys || array(select d.run_id from unnest(p_gone) d where d.task_no = -1);
  if cardinality(v_keys) > 0 then
    perform waymark._pass_keys(v_keys, p_now);
  end if;
end
$$;
comment on function waymark._offer_actions(waymark.timers[], waymark.timers[], timestamptz) is 'Offers actions that back off no longer.';
-- file: functions/turn/_park_tasks.sql
-- Writes where the stepped tasks stand and what they wait for; durable sleeps get their timers. Locks: the tasks are the caller's already.
create or replace function waymark._park_tasks(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t
     set pc = s.pc, locals = s.locals, frames = s.frames, heap = s.heap, step_no = s.step_no + 1,
         state = case s.effect when 'action' then 'action' when 'sleep' then 'timer' when 'yield' then 'ready'
                               else case when s.payload -> 'settle' = 'true' then 'settle' else 'gather' end end,
         pending = case s.effect when 'action' then 1 when 'fork' then jsonb_array_length(s.payload -> 'branches') else 0 end,
         ready_at = case s.effect when 'yield' then p_now else t.ready_at end,
         started_at = coalesce(s.started_at, p_now)
    from unnest(p_steps) s
   where t.ctid = s.row_id and s.shared is not true and s.effect not in ('return', 'raise');
  insert into waymark.timers (run_id, task_no, due_at)
  -- From now, not from when the turn began: a sleep is never shorter than the body has asked for.
  select s.run_id, s.task_no, waymark._now() + (s.payload ->> 'seconds')::double precision * interval '1 second'
    from unnest(p_steps) s where s.effect = 'sleep';
end
$$;
comment on function waymark._park_tasks(waymark.task_step[], timestamptz) is 'Writes where stepped tasks stand and what they wait for.';
-- file: functions/turn/_ready_branches.sql
-- Claims ready tasks of runs that have several, in priority order, and answers those of a run in the order in which they were made. Each belongs to the
-- session that has its run: a task is locked only when the run's body is. Locks: tasks (skip locked), the body first.
create or replace function waymark._ready_branches(p_limit int) returns waymark.task_event[]
language plpgsql as $$
declare
  v_keys waymark.task_key[] := array(
    select row(t.run_id, t.task_no)::waymark.task_key from waymark.tasks t where t.state = 'ready' and t.task_no > 0 and t.paused is null
     order by (t.ready_at at time zone 'UTC') + t.priority * interval '1 minute', t.task_no limit p_limit);
  v_runs uuid[];
  v_events waymark.task_event[];
begin
  if cardinality(v_keys) = 0 then
    return array[]::waymark.task_event[];
  end if;
  v_runs := array(
    select b.run_id from (select distinct k.run_id from unnest(v_keys) k) r
     cross join lateral (
        select t.run_id from waymark.tasks t where t.run_id = r.run_id and t.task_no = 0 for no key update skip locked offset 0) b);
  with claimed as materialized (
    select t.* from (select k.* from unnest(v_runs) r(run_id) join unnest(v_keys) k using (run_id) order by k.run_id, k.task_no) k
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w where w.run_id = k.run_id and w.task_no = k.task_no and w.state = 'ready' and w.paused is null
           for no key update offset 0) t
  )
  select array_agg(row(c.row_id, c.run_id, c.task_no, c.program_id, c.priority, c.queue, c.started_at, c.step_no, true, c.pc, c.locals, c.frames, c.heap,
                       coalesce((c.wake -> 'ok')::boolean, true), coalesce(c.wake -> 'value', 'null'))::waymark.task_event)
    into v_events from claimed c;
  return coalesce(v_events, '{}');
end
$$;
comment on function waymark._ready_branches(int) is 'Claims ready tasks of runs that have several.';
-- file: functions/turn/_ready_events.sql
-- Claims the ready bodies of runs in the order of priority and age, as actions are claimed: started runs, woken and yielded tasks. Locks: tasks (skip locked).
-- _scan_from: not from the beginning of the index each time, while it is full of what was ready before.
create or replace function waymark._ready_events(p_limit int) returns waymark.task_event[]
language plpgsql as $$
declare
  v_began timestamptz := clock_timestamp();
  v_cost bigint := waymark._scan_cost('waymark.tasks_ready');
  v_from timestamp := waymark._scan_from('tasks');
  v_events waymark.task_event[];
begin
  with claimed as materialized (
    select t.*, t.ctid as row_id from waymark.tasks t where t.state = 'ready' and t.task_no = 0 and t.paused is null
       and (t.ready_at at time zone 'UTC') + t.priority * interval '1 minute' >= v_from
     order by (t.ready_at at time zone 'UTC') + t.priority * interval '1 minute' limit p_limit for no key update skip locked
  )
  select array_agg(row(c.row_id, c.run_id, c.task_no, c.program_id, c.priority, c.queue, c.started_at, c.step_no, c.shared, c.pc, c.locals, c.frames, c.heap,
                       coalesce((c.wake -> 'ok')::boolean, true), coalesce(c.wake -> 'value', 'null'))::waymark.task_event)
    into v_events from claimed c;
  v_cost := waymark._scan_cost('waymark.tasks_ready') - v_cost - coalesce(cardinality(v_events), 0);
  if v_cost > 1000 then
    perform waymark._remember_scan('tasks', v_began, (
      select min((t.ready_at at time zone 'UTC') + t.priority * interval '1 minute')
        from unnest(v_events) e join waymark.tasks t on t.ctid = e.row_id), 'infinity');
  end if;
  return coalesce(v_events, '{}');
end
$$;
comment on function waymark._ready_events(int) is 'Claims ready runs in priority order.';
-- file: functions/turn/_remember_scan.sql
-- After a scan of what is ready, of p_of, that had much to pass over. What was ready before stays in the index until Postgres removes it: in whole pages until
-- the next vacuum, and all of it while a snapshot is held. Each scan from the beginning passes over that. So those of the next hundred times as long, at least
-- a tenth of a second and at most ten, begin where the last that was remembered found the first (p_first, null: none) or ended (p_before), or a tenth of a second
-- ago. What is committed later than that, or has a higher priority, waits so long on a busy session; one that has
-- free slots and nothing to do scans all before it waits (turn).
create or replace function waymark._remember_scan(p_of text, p_began timestamptz, p_first timestamp, p_before timestamp) returns void
language plpgsql as $$
declare
  v_scans jsonb := coalesce(nullif(current_setting('waymark.scans', true), ''), '{}')::jsonb;
  v_until timestamptz := (v_scans #>> array[p_of, '0'])::timestamptz;
  v_now timestamptz := clock_timestamp();
begin
  if v_until is null or v_until <= v_now then
    v_until := v_now + least(greatest(100 * (v_now - p_began), interval '100 milliseconds'), interval '10 seconds');
  end if;
  perform set_config('waymark.scans', (v_scans || jsonb_build_object(
    p_of, jsonb_build_array(v_until, least(p_first, p_before, (waymark._now() at time zone 'UTC') - interval '100 milliseconds'))))::text, false);
end
$$;
comment on function waymark._remember_scan(text, timestamptz, timestamp, timestamp) is 'Remembers where a scan of what is ready found the first.';
-- file: functions/turn/_request_evaluations.sql
-- Steps that the engine refused (effect evaluate) become steps that wait for the action waymark:evaluate, which has CPython evaluate the expression of their
-- node. Refused in a node that cannot wait for a value, they fail. A worker lost by it is replaced four times: what kills a worker again and again
-- is the expression.
create or replace function waymark._request_evaluations(p_steps waymark.task_step[]) returns waymark.task_step[]
language plpgsql stable as $$
declare
  v_step waymark.task_step;
  v_node jsonb;
begin
  for i in 1..cardinality(p_steps) loop
    continue when p_steps[i].effect <> 'evaluate';
    v_step := p_steps[i];
    select p.ir #> array['nodes', v_step.pc::text] into v_node from waymark.programs p where p.program_id = v_step.program_id;
    if waymark._may_be_evaluated(v_node) then
      v_step.effect := 'action';
      v_step.pc := ~v_step.pc;
      v_step.payload := jsonb_build_object(
        'action', 'waymark:evaluate',
        'policy', '{"attempts": 5, "retry_on": []}'::jsonb,
        'args', waymark._evaluation(v_node, v_step.locals, v_step.heap));
    else
      v_step.effect := 'raise';
    end if;
    p_steps[i] := v_step;
  end loop;
  return p_steps;
end
$$;
comment on function waymark._request_evaluations(waymark.task_step[]) is 'Leaves to CPython what step functions have refused.';
-- file: functions/turn/_retry_delay.sql
-- Seconds until the next attempt, or null when this one was final. An exception is tried once unless the policy says otherwise, a NonRetryable whatever it
-- says; a timeout or a lost worker is tried again without limit unless the policy says otherwise. No attempt begins when the time for all of them is over.
-- Exponential backoff with proportional jitter.
create or replace function waymark._retry_delay(p_row tid, p_outcome text, p_value jsonb, p_now timestamptz) returns double precision
language plpgsql volatile as $$
declare
  v_action waymark.actions;
  v_policy jsonb;
  v_attempts numeric;
  v_delay double precision;
begin
  select * into v_action from waymark.actions a where a.ctid = p_row;
  v_policy := v_action.policy;
  v_attempts := (v_policy ->> 'attempts')::numeric;
  if v_action.attempt >= (case when p_outcome = 'failed' then coalesce(v_attempts, 1) else v_attempts end) then
    return null;
  end if;
  if p_outcome = 'failed' and (
       p_value -> 'mro' ? 'waymark.errors:NonRetryable'
       or v_policy ? 'give_up_on' and waymark._matches_class(p_value -> 'mro', v_policy -> 'give_up_on')
       or v_policy ? 'retry_on' and not waymark._matches_class(p_value -> 'mro', v_policy -> 'retry_on')) then
    return null;
  end if;
  v_delay := least(
    coalesce((v_policy ->> 'backoff')::double precision, 0)
      * exp(least(690, (v_action.attempt - 1) * ln(greatest(coalesce((v_policy ->> 'multiplier')::double precision, 1), 1e-9)))),
    coalesce((v_policy ->> 'max_backoff')::double precision, 86400));
  v_delay := v_delay * (1 - coalesce((v_policy ->> 'jitter')::double precision, 0) * random());
  -- Null where nothing limits the time.
  if p_now + v_delay * interval '1 second' >= least(v_action.retry_until, v_action.final_deadline) then
    return null;
  end if;
  return v_delay;
end
$$;
comment on function waymark._retry_delay(tid, text, jsonb, timestamptz) is 'Seconds until the next attempt of an action, or null when none follows.';
-- file: functions/turn/_scan_cost.sql
-- What this transaction's scans of an index have cost until now: entries passed over, and pages, as fifty of them each.
create or replace function waymark._scan_cost(p_index regclass) returns bigint
language sql volatile as $$
  select pg_stat_get_xact_tuples_returned(p_index) + 50 * pg_stat_get_xact_blocks_fetched(p_index)
$$;
comment on function waymark._scan_cost(regclass) is 'What scans of an index have cost in this transaction.';
-- file: functions/turn/_scan_from.sql
-- Where a scan of what is ready may begin: where the last of the same that is to be remembered found the first, else at the beginning.
-- See _remember_scan. In SQL, so that it is inlined: mostly nothing is remembered.
create or replace function waymark._scan_from(p_of text) returns timestamp
language sql volatile as $$
  select case when clock_timestamp() < (nullif(current_setting('waymark.scans', true), '')::jsonb -> p_of ->> 0)::timestamptz
              then (nullif(current_setting('waymark.scans', true), '')::jsonb -> p_of ->> 1)::timestamp else '-infinity' end
$$;
comment on function waymark._scan_from(text) is 'Where a scan of what is ready begins.';
-- file: functions/turn/_step_tasks.sql
-- Calls the step functions: one dynamic statement a program and batch. They write no table, and read none but the scopes
-- (py_has_fired) and pages, which are written here. A task that is one call (program_id 0) ends as the call does.
-- p_isolate: each task in a subtransaction of its own, so that one that fails in any other way than a Python exception ends its run
-- with the explanation and its neighbours go on.
create or replace function waymark._step_tasks(p_events waymark.task_event[], p_isolate boolean) returns waymark.task_step[]
language plpgsql as $$
declare
  v_program record;
  v_event waymark.task_event;
  v_some waymark.task_step[];
  v_steps waymark.task_step[] := array(
    select row(e.row_id, e.run_id, e.task_no, e.program_id, e.priority, e.queue, e.started_at, e.step_no, e.shared, e.pc, e.locals, e.frames, null,
               case when e.ok then 'return' else 'raise' end,
               case when e.ok then e.value else jsonb_build_object('node', ~e.pc, 'exception', e.value) end, null)::waymark.task_step
      from unnest(p_events) e where e.program_id = 0);
begin
  for v_program in
    select p.program_id, format('select waymark_programs.%I($1, $2)', p.function_name || '_batch') as call from waymark.programs p
     where p.program_id in (select e.program_id from unnest(p_events) e)
  loop
    if not p_isolate then
      execute v_program.call into v_some using p_events, v_program.program_id;
      v_steps := v_steps || v_some;
      continue;
    end if;
    foreach v_event in array p_events loop
      continue when v_event.program_id <> v_program.program_id;
      begin
        execute v_program.call into v_some using array[v_event], v_program.program_id;
      exception when others then
        v_some := array[row(v_event.row_id, v_event.run_id, v_event.task_no, v_event.program_id, v_event.priority, v_event.queue, v_event.started_at,
                            v_event.step_no, v_event.shared, v_event.pc, '{}'::jsonb, '[]'::jsonb, null::jsonb, 'raise',
                            waymark._engine_failure(v_event.pc, sqlstate, sqlerrm), null)::waymark.task_step];
      end;
      v_steps := v_steps || v_some;
    end loop;
  end loop;
  if exists (select from unnest(v_steps) s where s.heap ?| '{pages,void}') then
    v_steps := waymark._write_pages(v_steps);
  end if;
  return case when exists (select from unnest(v_steps) s where s.effect = 'evaluate') then waymark._request_evaluations(v_steps) else v_steps end;
end
$$;
comment on function waymark._step_tasks(waymark.task_event[], boolean) is 'Runs the step functions of a batch of tasks.';
-- file: functions/turn/_take_timers.sql
-- Takes due timers of runs whose bodies the caller has: those that go on (taken), those that wait until the run is resumed (put off), and those whose run has
-- ended (gone), with what those have left: the action that was to be offered again, or what somebody else had then (task_no -2, see _abandon_calls). Locks: the
-- timers, the rows of the ended runs, lest one is retried meanwhile, then what these have left (all skip locked).
create or replace function waymark._take_timers(p_due waymark.timers[], p_fates text[], p_now timestamptz, out p_taken waymark.timers[], out p_gone waymark.timers[])
language plpgsql as $$
begin
  -- "is true" keeps the condition from the index of due timers: statistics of a time when none was due make it look like the way in.
  -- Only a statement that begins after the bodies are held sees what others, who had them before, have left of the timers.
  with due as materialized (
    select d.*, m.row_id, k.leaves
      from unnest(p_due, p_fates) with ordinality d(run_id, task_no, action_id, due_at, fate, i)
     cross join lateral (
        select c.ctid as row_id from waymark.timers c
         where c.run_id = d.run_id and c.task_no = d.task_no and c.action_id = d.action_id and (c.due_at <= p_now) is true for update skip locked offset 0) m
     cross join lateral (select d.fate = 'gone' and (d.action_id > 0 or d.task_no = -2) as leaves) k
      left join lateral (select r.state from waymark.runs r where k.leaves and r.run_id = d.run_id for share skip locked offset 0) r on true
     -- What a run that is just being retried has left is not touched: its actions are new.
     where not k.leaves or r.state <> 'live' or not exists (select from waymark.runs g where g.run_id = d.run_id)
  ), removed as (
    delete from waymark.timers t using due d where t.ctid = d.row_id and d.fate <> 'put off'
  ), put_off as (
    update waymark.timers t set due_at = 'infinity' from due d where t.ctid = d.row_id and d.fate = 'put off'
  )
  select array_agg(row(d.run_id, d.task_no, d.action_id, d.due_at)::waymark.timers order by d.i) filter (where d.fate = 'taken'),
         array_agg(row(d.run_id, d.task_no, d.action_id, d.due_at)::waymark.timers order by d.i) filter (where d.fate = 'gone')
    into p_taken, p_gone from due d;
  if exists (select from unnest(p_gone) d where d.action_id > 0 or d.task_no = -2) then
    perform waymark._abandon_calls(array(
      select row(null, d.run_id, 0, 0, 0, null, null, 0, null, 0, '{}', '[]', null, 'raise', null, null)::waymark.task_step
        from unnest(p_gone) d where d.action_id > 0 or d.task_no = -2), p_now);
  end if;
end
$$;
comment on function waymark._take_timers(waymark.timers[], text[], timestamptz) is 'Takes due timers; answers those whose runs go on, and those whose runs have ended.';
-- file: functions/turn/turn.sql
-- The hot path: one round trip and one commit hand in results, advance runs and hand out actions (the map is sql/README.md).
--   1. accept results            _accept_results      actions -> history; joins counted down; tasks locked
--   2. due timers, ready tasks   _due_events, _ready_events, _ready_branches
--   3. step, write, claim        _advance
-- Plans are pinned to index probes: they are cached, often while the hot tables are empty, and must stay right when those have grown.
-- Locks, in this order: actions, tasks, timers, runs, queue_shares, sessions; rows of one table in key order or skip locked. SQLSTATEs: WM206, WM401.
create or replace function waymark.turn(
  p_session bigint, p_capacity int, p_queues text[], p_resting boolean, p_isolate boolean,
  p_run_ids uuid[], p_action_ids bigint[], p_fencing_tokens bigint[], p_outcomes text[], p_values jsonb[], p_run_us bigint[])
returns setof waymark.turn_row
language plpgsql security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  c_batch constant int := 1000;
  c_outcomes constant text[] := array['succeeded', 'failed', 'timed_out', 'lost', 'released'];
  v_now timestamptz := waymark._now();
  v_session waymark.sessions := waymark._require_session(p_session, v_now);
  v_limits waymark.queues[] := case when v_session.limited then array(select q from waymark.queues q where q.queue = any (p_queues)) end;
  v_whole boolean := coalesce(current_setting('waymark.scans', true), '') = '';
  v_more boolean := false;
  v_due_in_ms bigint;
  v_capacity int := least(greatest(p_capacity, 0), 10000);
  v_limit int := least(v_capacity, c_batch);
  v_events waymark.task_event[] := array[]::waymark.task_event[];
  v_handed_in int := 0;
  v_ready waymark.task_event[] := array[]::waymark.task_event[];
  v_branches boolean;
  v_rejected int[] := array[]::int[];
  v_handed_out bigint := 0;
begin
  if cardinality(p_run_ids) > 0 then
    if (p_outcomes <@ c_outcomes and cardinality(p_action_ids) = cardinality(p_run_ids) and cardinality(p_fencing_tokens) = cardinality(p_run_ids)
        and cardinality(p_outcomes) = cardinality(p_run_ids) and cardinality(p_values) = cardinality(p_run_ids)) is not true
    then
      raise exception using errcode = 'WM206', message = 'the results of a turn are malformed',
        hint = format('The arrays are parallel; outcomes are %s.', array_to_string(c_outcomes, ', '));
    end if;
    select a.p_events, a.p_rejected into v_events, v_rejected
      from waymark._accept_results(v_now, p_run_ids, p_action_ids, p_fencing_tokens, p_outcomes, p_values, p_run_us) a;
    return query
      select 'rejected', p_run_ids[r], p_action_ids[r], p_fencing_tokens[r], null::int, null::text, null::jsonb, null::int, null::bigint, null::boolean, null::jsonb
        from unnest(v_rejected) r;
  end if;
  v_handed_in := cardinality(v_events);
  v_events := waymark._due_events(v_events, v_now, c_batch);
  v_branches := exists (select from waymark.tasks t where t.state = 'ready' and t.task_no > 0 and t.paused is null);
  if v_limit > 0 then
    v_ready := waymark._ready_events(v_limit);
    -- A session does not wait before a turn without results has scanned all, and found nothing (_remember_scan).
    if not v_whole and cardinality(v_ready) = 0 and cardinality(p_run_ids) = 0 then
      perform set_config('waymark.scans', '', false);
      v_whole := true;
      v_ready := waymark._ready_events(v_limit);
    end if;
    if v_branches then
      v_ready := v_ready || waymark._ready_branches(c_batch);
    end if;
  end if;
  if cardinality(v_limits) > 0 then
    return query select * from waymark._advance_limited(p_session, v_capacity, p_queues, p_isolate, v_limits, v_events || v_ready, v_now);
    get diagnostics v_handed_out = row_count;
    select l.p_more, l.p_due_in_ms into v_more, v_due_in_ms from waymark._limits_left(v_limits, v_capacity > 0 and v_handed_out = v_capacity, v_now) l;
  else
    return query select * from waymark._advance(p_session, v_capacity, p_queues, null, p_isolate, v_events || v_ready, v_now);
    get diagnostics v_handed_out = row_count;
  end if;
  -- Waits for work from now on, or no longer: written only when it changes.
  if v_session.hungry <> (v_handed_out = 0 and (v_session.hungry or p_resting and v_capacity > 0)) then
    update waymark.sessions set hungry = not v_session.hungry where session_id = p_session;
  end if;
  return query
    select 'summary', null::uuid, null::bigint, null::bigint, null::int, null::text, null::jsonb, null::int,
           least(v_due_in_ms, (select greatest(0, ceil(extract(epoch from t.due_at - v_now) * 1000))::bigint from waymark.timers t where t.due_at < 'infinity'
             order by t.due_at limit 1)),
           cardinality(v_ready) >= v_limit and v_limit > 0 or cardinality(v_events) - v_handed_in = c_batch or v_branches or v_more
             or not v_whole and v_handed_out = 0 and cardinality(p_run_ids) = 0 and v_limit > 0, null::jsonb;
end
$$;
comment on function waymark.turn(bigint, int, text[], boolean, boolean, uuid[], bigint[], bigint[], text[], jsonb[], bigint[]) is
  'Hands in results, advances runs and hands out actions, in one commit.';
-- file: views/action_overview.sql
create or replace view waymark.action_overview as
select a.run_id, a.step_no, a.slot, a.name, a.attempt, a.state as status, a.arguments::text as arguments, null::text as value,
       a.ready_at, a.claimed_at, null::timestamptz as ended_at, null::interval as run_time, n.line, a.node, a.session_id,
       a.heartbeat_at, a.details
  from waymark.actions a
  join waymark.runs r using (run_id)
  left join waymark.program_nodes n on n.program_id = r.program_id and n.node = a.node
union all
select h.run_id, h.step_no, h.slot, h.name, h.attempt, h.outcome, h.arguments::text,
       case when h.value ->> '$' = 'exception' then format('%s: %s', h.value ->> 'type', h.value ->> 'message') else h.value::text end,
       h.ready_at, h.claimed_at, h.ended_at, h.run_us * interval '1 microsecond', n.line, h.node, h.session_id,
       null, null
  from waymark.action_attempts h
  join waymark.runs r using (run_id)
  left join waymark.program_nodes n on n.program_id = r.program_id and n.node = h.node;
comment on view waymark.action_overview is 'Every attempt of every action, outstanding or ended, for people.';
-- file: views/queue_overview.sql
create or replace view waymark.queue_overview as
select q.queue, q.concurrency, q.rate, q.seconds,
       (select count(*) from waymark.actions a where a.queue = q.queue and a.state = 'ready') as ready,
       (select count(*) from waymark.actions a where a.queue = q.queue and a.state = 'running') as running
  from waymark.queues q;
comment on view waymark.queue_overview is 'Queues with limits, for people: the limits, and how many actions wait and run.';
-- file: views/run_overview.sql
create or replace view waymark.run_overview as
select r.run_id,
       r.workflow,
       case
         when r.state <> 'live' then r.state
         when t.paused then 'paused'
         when t.step_no = 0 and t.state = 'timer' then 'delayed'
         when t.step_no = 0 then 'queued'
         when t.state = 'timer' then 'sleeping'
         else 'running'
       end as status,
       case when t.paused then 'to be resumed'
            when r.state = 'live' then
         case t.state
           when 'ready' then 'the next turn'
           when 'timer' then format('until %s', to_char(m.due_at, 'YYYY-MM-DD HH24:MI:SS'))
           when 'action' then format('%s', n.source)
           when 'semaphore' then format('a semaphore: %s', n.source)
           when 'signal' then format('the signal "%s"', t.waits_for ->> 'signal')
           when 'closing' then 'the end of its other tasks'
           else format('%s outstanding of: %s', t.pending, n.source)
         end end as waits_for,
       n.line,
       coalesce(r.result::text, format('%s: %s', r.error #>> '{exception,type}', r.error #>> '{exception,message}')) as outcome,
       r.priority,
       r.queue,
       r.idempotency_key,
       r.tags,
       r.created_at,
       r.started_at,
       r.ended_at,
       r.ended_at - r.created_at as took,
       r.parent_run,
       r.cancel_requested_at
  from waymark.runs r
  left join waymark.tasks t on t.run_id = r.run_id and t.task_no = 0
  left join waymark.timers m on m.run_id = r.run_id and m.task_no = 0 and m.action_id = 0
  left join waymark.program_nodes n on n.program_id = r.program_id and n.node = case when t.pc < 0 then ~t.pc else t.pc end;
comment on view waymark.run_overview is 'Every run, for people: how it stands, what it waits for, how it ended.';
-- file: views/task_overview.sql
create or replace view waymark.task_overview as
select t.run_id, t.task_no, coalesce(t.name, 'run') as name,
       case t.state when 'ready' then 'ready' when 'timer' then 'sleeping' when 'closing' then 'ended' else 'waiting' end as status,
       case t.state when 'timer' then format('until %s', to_char(m.due_at, 'YYYY-MM-DD HH24:MI:SS'))
                    when 'semaphore' then format('a semaphore: %s', n.source)
                    when 'signal' then format('the signal "%s"', t.waits_for ->> 'signal')
                    when 'closing' then 'the end of the other tasks'
                    when 'ready' then 'the next turn'
                    when 'action' then n.source
                    else format('%s outstanding of: %s', t.pending, n.source) end as waits_for,
       n.line, t.parent_no, t.slot, null::text as value, t.started_at, null::timestamptz as ended_at
  from waymark.tasks t
  join waymark.runs r using (run_id)
  left join waymark.timers m on m.run_id = t.run_id and m.task_no = t.task_no and m.action_id = 0
  left join waymark.program_nodes n on n.program_id = r.program_id and n.node = case when t.pc < 0 then ~t.pc else t.pc end
union all
select h.run_id, h.task_no, h.name, h.status, null, null, h.parent_no, h.slot,
       case when h.value ->> '$' = 'exception' then format('%s: %s', h.value ->> 'type', h.value ->> 'message') else h.value::text end,
       h.started_at, h.ended_at
  from waymark.task_history h;
comment on view waymark.task_overview is 'The tasks of runs, live and ended, for people.';
-- file: grants.sql
-- Nothing is open to everybody; each role calls the functions of its job. docs: sql/README.md.
revoke all on schema waymark, waymark_programs from public;
revoke all on all tables in schema waymark from public;
revoke all on all functions in schema waymark from public;
revoke all on all sequences in schema waymark from public;
alter default privileges in schema waymark revoke all on functions from public;
alter default privileges for role waymark_owner revoke execute on functions from public;

grant usage on schema waymark to waymark_client, waymark_worker, waymark_reader;
-- \sf shows a workflow to whoever may see the schema; only the engine can call it.
grant usage on schema waymark_programs to waymark_client, waymark_worker, waymark_reader;

grant execute on function waymark.hello(int, int) to waymark_client, waymark_worker, waymark_reader;
grant execute on function waymark.register(jsonb) to waymark_client, waymark_worker;

grant execute on function waymark.start(text, jsonb, jsonb) to waymark_client;
grant execute on function waymark.start_many(text, jsonb[], jsonb, text[]) to waymark_client;
grant execute on function waymark.status(uuid) to waymark_client;
grant execute on function waymark.why(uuid) to waymark_client, waymark_reader;
grant execute on function waymark.doctor() to waymark_client, waymark_worker, waymark_reader;
grant execute on function waymark.cron_next(text, timestamptz, text, int) to waymark_client, waymark_worker, waymark_reader;
grant execute on function waymark.result(uuid) to waymark_client;
grant execute on function waymark.read_outcomes(uuid[]) to waymark_client;
grant execute on function waymark.signal(uuid, text, jsonb, jsonb) to waymark_client;
grant execute on function waymark.add_waiter(uuid, text) to waymark_client;

grant execute on function waymark.cancel(uuid), waymark.terminate(uuid), waymark.pause(uuid), waymark.resume(uuid), waymark.set_priority(uuid, int),
  waymark.retry(uuid), waymark.restart(uuid), waymark.wake(uuid), waymark.bulk(text, jsonb, jsonb) to waymark_client;
grant execute on function waymark.create_schedule(text, text, text, jsonb, jsonb), waymark.edit_schedule(text, jsonb), waymark.pause_schedule(text),
  waymark.resume_schedule(text), waymark.delete_schedule(text), waymark.trigger_schedule(text),
  waymark.backfill_schedule(text, timestamptz, timestamptz) to waymark_client;
grant execute on function waymark.list_schedules(text), waymark.next_fires(text, int) to waymark_client, waymark_reader;
grant execute on function waymark.set_queue(text, jsonb), waymark.set_retention(text, interval) to waymark_client;

grant execute on function waymark.open_session(jsonb, int) to waymark_worker;
grant execute on function waymark.renew_session(bigint, int) to waymark_worker;
grant execute on function waymark.close_session(bigint, uuid[], bigint[]) to waymark_worker;
grant execute on function waymark.reclaim(int) to waymark_worker;
grant execute on function waymark.heartbeat(bigint, uuid[], bigint[], bigint[], jsonb[]) to waymark_worker;
grant execute on function waymark.find_unwanted(uuid[], bigint[], bigint[]) to waymark_worker;
grant execute on function waymark.fire_schedules(int) to waymark_worker;
grant execute on function waymark.prune(text, interval, int, uuid), waymark.apply_retention() to waymark_worker;
grant execute on function waymark.claim_token(uuid, bigint, int), waymark.complete_action(uuid, bigint, bigint, jsonb) to waymark_worker;
grant execute on function waymark.turn(bigint, int, text[], boolean, boolean, uuid[], bigint[], bigint[], text[], jsonb[], bigint[]) to waymark_worker;

grant select on waymark.run_overview, waymark.task_overview, waymark.action_overview, waymark.queue_overview, waymark.program_nodes, waymark.program_edges, waymark.retention to waymark_reader, waymark_client, waymark_worker;
