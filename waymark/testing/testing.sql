-- What a test's database has beside the engine: a clock that stands, and what a test has to know of the engine's insides.
-- Here alone waymark._now() is another function than in production. It reads a table, so that every session sees the clock that was
-- set, whoever opened it and when, and nobody has to be told.
create schema if not exists waymark_testing authorization waymark_owner;
grant usage on schema waymark_testing to public;

create table if not exists waymark_testing.clock (
  only_row boolean primary key default true check (only_row),
  at       timestamptz not null
);
alter table waymark_testing.clock owner to waymark_owner;
grant select on waymark_testing.clock to public;
insert into waymark_testing.clock (at) values (date_trunc('second', clock_timestamp())) on conflict do nothing;

create or replace function waymark._now() returns timestamptz
language plpgsql volatile parallel safe as $$
begin
  return (select c.at from waymark_testing.clock c);
end
$$;

-- Moves the clock. Daemons keep their leases alive while time passes, but for those of attempts that have lost their worker.
create or replace function waymark_testing.set_clock(p_at timestamptz) returns void
language plpgsql as $$
declare
  v_before timestamptz := waymark._now();
begin
  update waymark_testing.clock set at = p_at;
  update waymark.sessions s set expires_at = s.expires_at + (p_at - v_before) where s.expires_at > v_before and not s.info ? 'lost';
end
$$;

-- The worker of a claimed attempt is gone, and so is the daemon that would tell: its lease ends, and reclaim finds it.
create or replace function waymark_testing.lose_attempt(p_run_id uuid, p_action_id bigint, p_fencing_token bigint) returns void
language plpgsql as $$
declare
  v_session bigint := waymark.open_session('{"lost": true}', 10000);
begin
  update waymark.actions a set session_id = v_session
   where a.run_id = p_run_id and a.action_id = p_action_id and a.fencing_token = p_fencing_token and a.session_id is not null;
end
$$;

-- What there is to do now: whether the next turn, waymark.fire_schedules and waymark.reclaim have something, and queues of ready actions that p_queues does not
-- have; and when else something is due. A limited queue says itself when it goes on (turn).
create or replace function waymark_testing.what_next(
  p_queues text[], out p_busy boolean, out p_firing boolean, out p_sweep boolean, out p_queues_more text[], out p_due_at timestamptz)
language plpgsql stable as $$
declare
  v_now timestamptz := waymark._now();
  v_timer timestamptz := (select min(m.due_at) from waymark.timers m where m.due_at < 'infinity');
  v_schedule timestamptz := (select min(h.due_at) from waymark.schedules h);
  v_final timestamptz := (select min(a.final_deadline) from waymark.actions a where a.state in ('ready', 'backoff', 'blocked'));
  -- Of attempts that nobody will tell of.
  v_lost timestamptz := (
    select min(least(a.deadline, s.expires_at)) from waymark.actions a left join waymark.sessions s using (session_id)
     where a.state = 'running' and (s.session_id is null or s.info ? 'lost'));
begin
  p_queues_more := array(select distinct a.queue from waymark.actions a where a.state = 'ready' and a.queue <> all (p_queues));
  p_firing := v_schedule <= v_now is true or exists (
    select from waymark.schedules h
     where h.queued_fire_at is not null and not exists (select from waymark.runs r where r.run_id = h.last_run_id and r.state = 'live'));
  p_sweep := least(v_final, v_lost) <= v_now is true;
  p_busy := v_timer <= v_now is true or p_queues_more <> '{}'
    or exists (select from waymark.tasks t where t.state = 'ready' and t.paused is null)
    or exists (select from waymark.actions a where a.state = 'ready' and not exists (select from waymark.queues q where q.queue = a.queue));
  p_due_at := least(v_timer, v_schedule, v_final, v_lost);
end
$$;

-- Whether a run, its children included, goes on of itself: it has something that is due some time, or that is being done.
create or replace function waymark_testing.goes_on(p_run_id uuid) returns boolean
language plpgsql stable as $$
begin
  return exists (
    with recursive family as (
      select p_run_id as run_id
      union all
      select r.run_id from waymark.runs r join family f on r.parent_run = f.run_id where r.state = 'live'
    )
    select from family f
     where exists (select from waymark.timers m where m.run_id = f.run_id and m.due_at < 'infinity')
        or exists (select from waymark.actions a where a.run_id = f.run_id and a.state <> 'child'));
end
$$;
