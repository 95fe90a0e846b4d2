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
