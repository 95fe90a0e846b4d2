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
