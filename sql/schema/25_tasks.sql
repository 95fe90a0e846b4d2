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
