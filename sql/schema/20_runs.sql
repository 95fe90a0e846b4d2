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
