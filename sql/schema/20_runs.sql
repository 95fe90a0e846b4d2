-- One row a run. It is written twice, at start and at the end: what a live run does is in its tasks.
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
  constraint runs_state_is_known check (state in ('live', 'succeeded', 'failed')),
  constraint runs_outcome_matches_state check (
    (result is not null) = (state = 'succeeded') and (error is not null) = (state = 'failed')
    and (ended_at is null) = (state = 'live')),
  constraint runs_waiters_are_few check (cardinality(waiters) <= 16)
) with (fillfactor = 80);
create unique index runs_idempotency_key_is_unique on waymark.runs (workflow, idempotency_key)
  where idempotency_key is not null;
create index runs_by_creation on waymark.runs (created_at);
comment on table waymark.runs is 'One row a run: what was asked, and how it ended.';

-- Hot. One row for each thread of control of a live run; task 0 is the body.
-- state: ready (the next turn steps it) or what it waits for: timer, action, gather (first failure is raised), settle (failures are values).
-- step_no counts suspensions and names the join that a result belongs to; pending counts the results still missing.
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
  ready_at   timestamptz not null,
  started_at timestamptz,
  primary key (run_id, task_no),
  constraint tasks_state_is_known check (state in ('ready', 'timer', 'action', 'gather', 'settle')),
  constraint tasks_pending_matches_state check ((pending > 0) = (state in ('action', 'gather', 'settle')))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index tasks_ready on waymark.tasks (priority, ready_at) where state = 'ready';
comment on table waymark.tasks is 'Live runs: where each thread of control stands and what it waits for.';

-- Hot and narrow. One row an outstanding invocation of an action.
-- A fresh fencing token with every claim: a result that presents another one is late and changes nothing.
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
  primary key (run_id, action_id),
  constraint actions_state_is_known check (state in ('ready', 'running', 'backoff')),
  constraint actions_claim_matches_state check (
    (session_id is not null) = (state = 'running') and (deadline is not null) = (state = 'running')
    and (claimed_at is not null) = (state = 'running'))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index actions_ready on waymark.actions (queue, priority, ready_at) where state = 'ready';
create index actions_running on waymark.actions (deadline) where state = 'running';
comment on table waymark.actions is 'Outstanding actions of live runs: ready, running or backing off.';

-- Hot. What becomes ready by the clock: a task (action_id 0) or an action that backs off.
create table waymark.timers (
  run_id    uuid not null,
  task_no   int not null,
  action_id bigint not null default 0,
  due_at    timestamptz not null,
  primary key (run_id, task_no, action_id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index timers_due on waymark.timers (due_at);
comment on table waymark.timers is 'Sleeping tasks, delayed starts and actions that back off.';

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
  constraint action_attempts_outcome_is_known check (outcome in ('succeeded', 'failed', 'timed_out', 'lost', 'abandoned')),
  constraint action_attempts_success_is_final check (final or outcome <> 'succeeded')
) with (fillfactor = 100);
comment on table waymark.action_attempts is 'History: every attempt of every action, with arguments and result or error.';
