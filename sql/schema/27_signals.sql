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
