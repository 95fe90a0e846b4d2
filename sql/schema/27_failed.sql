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
