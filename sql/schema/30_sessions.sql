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
