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
