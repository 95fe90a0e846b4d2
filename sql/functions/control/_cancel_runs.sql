-- Asks runs to cancel: their bodies get asyncio.CancelledError where they wait. Asked once: a second request would interrupt what the body does about
-- the first. A run that has not begun ends at once; a paused one goes on, lest it never hear of it. The caller has the bodies locked.
create or replace function waymark._cancel_runs(p_run_ids uuid[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_bodies waymark.tasks[] := array(
    select t.b from unnest(p_run_ids) r(run_id)
     cross join lateral (select b from waymark.tasks b where b.run_id = r.run_id and b.task_no = 0 offset 0) t
     cross join lateral (select c.run_id from waymark.runs c where c.run_id = r.run_id and c.cancel_requested_at is null offset 0) c);
begin
  if cardinality(v_bodies) = 0 then
    return;
  end if;
  perform waymark._resume_runs(array(select b.run_id from unnest(v_bodies) b where b.paused), p_now);
  update waymark.runs r set cancel_requested_at = p_now
    from unnest(v_bodies) b cross join lateral (select c.ctid as row_id from waymark.runs c where c.run_id = b.run_id offset 0) c
   where r.ctid = c.row_id;
  perform waymark._fail_runs(array(
    select row(null, b.run_id, 0, 0, 0, null, null, 0, false, 0, '{}', '[]', null, 'raise',
               jsonb_build_object('node', b.pc, 'exception', waymark._cancelled_error()), null)::waymark.task_step
      from unnest(v_bodies) b where b.step_no = 0 and b.pc >= 0 and b.state in ('ready', 'timer')), p_now);
  perform waymark._cancel_tasks(array(select row(b.run_id, 0)::waymark.task_key from unnest(v_bodies) b), true, p_now);
end
$$;
comment on function waymark._cancel_runs(uuid[], timestamptz) is 'Asks runs to cancel.';
