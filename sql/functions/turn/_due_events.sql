-- Takes due timers: actions that backed off become ready, or blocked until they get their concurrency key, ended child runs hand in their results, scopes fire, signals arrive, tasks that slept or waited are answered locked,
-- to be stepped. Nothing waits for a lock: a timer whose run is another session's just now stays due; one whose run has ended is dropped, with the
-- action that it was to offer again; that of a paused run is put off, unless it is to end the run.
-- p_events: what this turn goes on with already. Where a run has somebody to cancel, its tasks become ready instead, as what is handed to them may be too late.
-- Locks: timers, the bodies of the runs (skip locked), then what is theirs.
create or replace function waymark._due_events(p_events waymark.task_event[], p_now timestamptz, p_limit int) returns waymark.task_event[]
language plpgsql as $$
declare
  v_due waymark.timers[];
  v_rows tid[];
  v_taken waymark.timers[];
  v_gone waymark.timers[];
  v_events waymark.task_event[];
  v_asked uuid[];
begin
  select array_agg(row(d.run_id, d.task_no, d.action_id, d.due_at)::waymark.timers order by d.run_id), array_agg(d.row_id order by d.run_id)
    into v_due, v_rows
    from (select t.*, t.ctid as row_id from waymark.timers t where t.due_at <= p_now order by t.due_at limit p_limit for update skip locked) d;
  if v_due is null then
    return p_events;
  end if;
  with free as materialized (
    select d.*, v_rows[d.i] as row_id,
           b.run_id is not null as held, coalesce(b.paused and d.action_id not in (-1, -2, -3), false) as put_off,
           b.run_id is null and not exists (select from waymark.tasks g where g.run_id = d.run_id and g.task_no = 0) as gone
      from unnest(v_due) with ordinality d(run_id, task_no, action_id, due_at, i)
      left join lateral (
        select t.run_id, t.paused from waymark.tasks t where t.run_id = d.run_id and t.task_no = 0 for no key update skip locked offset 0) b on true
  ), removed as (
    delete from waymark.timers t using free f where t.ctid = f.row_id and (f.gone or f.held and not f.put_off)
  ), put_off as (
    update waymark.timers t set due_at = 'infinity' from free f where t.ctid = f.row_id and f.put_off
  )
  select array_agg(row(f.run_id, f.task_no, f.action_id, f.due_at)::waymark.timers order by f.i) filter (where f.held and not f.put_off),
         array_agg(row(f.run_id, f.task_no, f.action_id, f.due_at)::waymark.timers order by f.i) filter (where f.gone)
    into v_taken, v_gone from free f;
  if exists (select from unnest(v_gone) d where d.action_id > 0) then
    perform waymark._abandon_calls(array(
      select row(null, d.run_id, 0, 0, 0, null, null, 0, null, 0, '{}', '[]', null, 'return', null, null)::waymark.task_step from unnest(v_gone) d), p_now);
  end if;
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
