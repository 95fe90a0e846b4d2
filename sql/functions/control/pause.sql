-- Pauses a run: nothing of it is stepped or claimed until it is resumed. Actions that run go on and their results are kept; what becomes due waits. Its child
-- runs are runs of their own and go on. Actions that are ready or in line wait for a timer as if they backed off. Paused already: nothing changes. Answers its status.
-- Locks: the body, then those actions (skip locked). SQLSTATEs: WM301, WM305 the run has ended, 40001 a turn that is claiming one of them does not end.
create or replace function waymark.pause(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  c_patience constant interval := interval '5 seconds';
  v_body waymark.tasks := waymark._lock_run(p_run_id);
begin
  if v_body.run_id is null then
    perform waymark._refuse_state('pause', p_run_id, 'has not ended');
  end if;
  update waymark.tasks set paused = true where run_id = p_run_id and v_body.paused is null;
  loop
    with held as (
      update waymark.actions a set state = 'backoff'
        from (select c.ctid as row_id, c.state from waymark.actions c
               where c.run_id = p_run_id and c.state in ('ready', 'blocked') for update skip locked offset 0) c
       where a.ctid = c.row_id
      returning a.task_no, a.action_id, case when c.state = 'ready' then a.key_id end as key_id
    )
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select p_run_id, h.task_no, h.action_id, 'infinity' from held h
    union all
    select h.key_id, -1, -nextval('waymark.numbers'), waymark._now() from held h where h.key_id is not null;
    -- One that a turn is claiming runs, but only if that turn is committed: rolled back, it would be claimed by the next. A turn that claims waits for nobody.
    exit when not exists (select from waymark.actions c where c.run_id = p_run_id and c.state in ('ready', 'blocked'));
    if clock_timestamp() > statement_timestamp() + c_patience then
      raise exception using errcode = '40001', message = format('an action of run %s is being claimed', p_run_id), hint = 'Pause it again.';
    end if;
    perform pg_sleep(0.002);
  end loop;
  perform waymark._wake_hungry();
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.pause(uuid) is 'Pauses a run: nothing of it is stepped or claimed until it is resumed; returns its status.';
