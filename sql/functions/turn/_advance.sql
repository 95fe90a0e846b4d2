-- Steps tasks and writes what they want, set-based: finished runs, task rows, timers, actions; then hands out actions. What that makes ready at once in
-- runs of several tasks is stepped in further rounds, but not without an end: others wait. Rounds in which a task only goes on after it was answered
-- count little: between them the other tasks of its run, and its children, may not.
-- The order of claims keeps endless loops from starving others: work that is ready and of higher priority, or ready for over a second, goes before
-- the actions this very turn creates; what room is left is topped up from the ready. p_shares: of queues with limits, what the first actions created may take
-- of the capacity (_take_shares).
create or replace function waymark._advance(
  p_session bigint, p_capacity int, p_queues text[], p_shares waymark.share_room[], p_isolate boolean, p_events waymark.task_event[], p_now timestamptz)
returns setof waymark.turn_row
language plpgsql as $$
declare
  v_events waymark.task_event[] := p_events;
  v_answered uuid[];
  v_steps waymark.task_step[];
  v_shared boolean;
  v_end boolean;
  v_stay boolean;
  v_yield boolean;
  v_more boolean := false;
  v_rounds numeric := 0;
  v_wanted smallint;
  v_shares waymark.share_room[] := p_shares;
  v_room int := p_capacity - coalesce((select sum(k.room) from unnest(p_shares) k), 0);
  v_count bigint;
begin
  while v_rounds < 10 and cardinality(v_events) > 0 loop
    v_steps := waymark._step_tasks(v_events, p_isolate);
    v_shared := exists (select from unnest(v_steps) s
                         where s.shared or s.commands is not null or s.effect in ('branches', 'child', 'wait', 'acquire', 'unscope', 'signal'));
    if v_shared then
      v_steps := waymark._share_runs(v_steps, p_now);
      perform waymark._park_shared(v_steps, p_now);
    end if;
    select bool_or(s.effect in ('return', 'raise') and s.shared is not true), bool_or(s.effect not in ('return', 'raise')),
           bool_or(s.effect = 'yield'), min(s.priority) filter (where s.effect in ('action', 'fork', 'branches'))
      into v_end, v_stay, v_yield, v_wanted from unnest(v_steps) s;
    if v_stay then
      perform waymark._park_tasks(v_steps, p_now);
    end if;
    if v_end then
      perform waymark._finish_runs(v_steps, p_now);
    end if;
    if v_wanted is not null then
      if v_room > 0 then
        return query select * from waymark._claim_actions(p_session, p_queues, v_room,
          (p_now at time zone 'UTC') - interval '1 second' + v_wanted * interval '1 minute', p_now, null);
        get diagnostics v_count = row_count;
        v_room := v_room - v_count;
      end if;
      return query select * from waymark._create_actions(p_session, p_queues, v_shares, v_room, v_steps, p_now);
      get diagnostics v_count = row_count;
      v_room := v_room - v_count;
      v_shares := null;
    end if;
    v_more := v_more or v_yield;
    v_events := '{}';
    exit when not v_shared;
    perform waymark._coordinate(v_steps, p_now);
    v_events := waymark._answered_events(v_steps);
    v_rounds := v_rounds + case when cardinality(v_events) = 0 then 1.0 else 0.05 end;
    if p_capacity > 0 then
      v_answered := array(select distinct a.run_id from unnest(v_events) a);
      v_events := v_events || array(
        select e from unnest(waymark._ready_events(least(p_capacity, 1000)) || waymark._ready_branches(1000)) e
         where cardinality(v_answered) = 0
            or e.run_id <> all (v_answered) and not exists (
                 select from waymark.runs r where r.run_id = e.run_id and r.parent_run = any (v_answered)));
    end if;
  end loop;
  -- The turn that goes on with it may be this very session's, which is not known to wait.
  if v_more or cardinality(v_events) > 0 then
    perform pg_notify('waymark', '');
  end if;
  if v_room > 0 then
    return query select * from waymark._claim_actions(p_session, p_queues, v_room, 'infinity', p_now, null);
  end if;
end
$$;
comment on function waymark._advance(bigint, int, text[], waymark.share_room[], boolean, waymark.task_event[], timestamptz) is
  'Steps tasks, writes their effects and hands out actions.';
