-- Bodies that have ended keep their outcome until nothing else is left of their run.
create or replace function waymark._close_bodies(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t
     set state = 'closing', pending = 0, shared = true, wake = null, semaphore_no = null, ticket = null,
         waits_for = jsonb_build_object('effect', s.effect, 'payload', s.payload), started_at = coalesce(s.started_at, p_now)
    from unnest(p_steps) s where t.ctid = s.row_id and s.task_no = 0 and s.effect in ('return', 'raise');
end
$$;
comment on function waymark._close_bodies(waymark.task_step[], timestamptz) is 'Keeps the outcome of bodies that have ended.';
