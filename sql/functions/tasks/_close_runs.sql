-- When the body of a run has ended, its other tasks are cancelled, as asyncio.run does; when they have ended, so does the run.
create or replace function waymark._close_runs(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_done waymark.task_step[];
begin
  if exists (select from unnest(p_steps) s where s.task_no = 0 and s.effect in ('return', 'raise')) then
    perform waymark._cancel_tasks(array(
      select row(t.run_id, t.task_no)::waymark.task_key
        from unnest(p_steps) s
       cross join lateral (select w.run_id, w.task_no from waymark.tasks w where w.run_id = s.run_id and w.task_no > 0 offset 0) t
       where s.task_no = 0 and s.effect in ('return', 'raise')), true, p_now);
  end if;
  v_done := array(
    select row(t.row_id, t.run_id, 0, t.program_id, t.priority, t.queue, t.started_at, t.step_no,
               case when not t.waits_for ? 'alone' then false end, t.pc, '{}', '[]', null,
               t.waits_for ->> 'effect', t.waits_for -> 'payload', null)::waymark.task_step
      from (select distinct s.run_id from unnest(p_steps) s where s.effect in ('return', 'raise')) r
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w where w.run_id = r.run_id and w.task_no = 0 and w.state = 'closing' offset 0) t
     where not exists (select from waymark.tasks o where o.run_id = r.run_id and o.task_no > 0 offset 0));
  if cardinality(v_done) > 0 then
    perform waymark._forget_runs(v_done);
    perform waymark._finish_runs(v_done, p_now);
  end if;
end
$$;
comment on function waymark._close_runs(waymark.task_step[], timestamptz) is 'Closes runs whose body has ended.';
