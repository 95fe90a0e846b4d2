-- Takes due timers: actions that backed off become ready, or blocked until they get their concurrency key, ended child runs hand in their results, scopes fire, signals arrive, tasks that slept or waited are answered locked,
-- to be stepped. Nothing waits for a lock: a timer whose run is another session's just now stays due; one whose run has ended is dropped, with the
-- action that it was to offer again; that of a paused run is put off, unless it is to end the run.
-- p_events: what this turn goes on with already. Where a run has somebody to cancel, its tasks become ready instead, as what is handed to them may be too late.
-- Locks: the bodies of the runs, their timers, actions that backed off (all skip locked: an action that is held is just running out of time), then what is theirs.
create or replace function waymark._due_events(p_events waymark.task_event[], p_now timestamptz, p_limit int) returns waymark.task_event[]
language plpgsql as $$
declare
  v_due waymark.timers[];
  v_fates text[];
  v_taken waymark.timers[];
  v_gone waymark.timers[];
  v_events waymark.task_event[];
  v_asked uuid[];
begin
  if not exists (select from waymark.timers m where m.due_at <= p_now) then
    return p_events;
  end if;
  select array_agg(row(d.run_id, d.task_no, d.action_id, d.due_at)::waymark.timers order by d.run_id, d.due_at, d.task_no, d.action_id),
         array_agg(case when d.held is null then 'gone' when d.paused and d.action_id not in (-1, -2, -3) then 'put off' else 'taken' end
                   order by d.run_id, d.due_at, d.task_no, d.action_id)
    into v_due, v_fates
    from (select t.*, b.run_id as held, b.paused
            from (select * from waymark.timers m where m.due_at <= p_now order by m.due_at offset 0) t
            left join lateral (
              select w.run_id, w.paused from waymark.tasks w where w.run_id = t.run_id and w.task_no = 0 for no key update skip locked offset 0) b on true
           where b.run_id is not null or not exists (select from waymark.tasks g where g.run_id = t.run_id and g.task_no = 0)
           limit p_limit) d;
  if v_due is null then
    return p_events;
  end if;
  select t.p_taken, t.p_gone into v_taken, v_gone from waymark._take_timers(v_due, v_fates, p_now) t;
  perform waymark._offer_actions(v_taken, v_gone, p_now);
  -- Before the timeouts: what has arrived in time is taken.
  if exists (select from unnest(v_taken) d where d.action_id < -2147483648) then
    perform waymark._accept_signals(v_taken, p_now);
  end if;
  with locked as materialized (
    select t.* from (select * from unnest(v_taken) where action_id = 0 order by run_id, task_no) d
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w
         where w.run_id = d.run_id and w.task_no = d.task_no and w.state in ('timer', 'all', 'first', 'first_exception', 'first_failure', 'signal')
           for no key update offset 0) t
  )
  select array_agg(row(l.row_id, l.run_id, l.task_no, l.program_id, l.priority, l.queue, l.started_at, l.step_no, l.shared, l.pc, l.locals, l.frames, l.heap,
                       l.state <> 'signal', case l.state when 'timer' then 'null' when 'signal' then waymark._signal_timeout(l.waits_for ->> 'signal')
                                                         else waymark._wait_value(l.run_id, l.waits_for -> 'tasks') end)::waymark.task_event)
    into v_events from locked l;
  v_events := p_events || v_events;
  if exists (select from unnest(v_taken) d where d.action_id <> 0) then
    v_asked := array(select distinct d.run_id from unnest(v_taken) d where d.action_id between -2147483648 and -1);
    perform waymark._wake_tasks(array(select e from unnest(v_events) e where e.run_id = any (v_asked)), p_now);
    v_events := array(select e from unnest(v_events) e where e.run_id <> all (v_asked)) || waymark._accept_messages(v_taken, p_now);
  end if;
  return v_events;
end
$$;
comment on function waymark._due_events(waymark.task_event[], timestamptz, int) is 'Takes due timers; answers the tasks that go on, with those that they wake.';
