-- Bodies that have ended keep their outcome until nothing else is left of their run, and for a retry what they had last waited for: a signal, or that none came in time.
-- alone: whether there was nothing else.
create or replace function waymark._close_bodies(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t
     set state = 'closing', pending = 0, shared = true, semaphore_no = null, ticket = null,
         wake = case when t.waits_for ? 'signal' then jsonb_build_object('ok', false, 'value', waymark._signal_timeout(t.waits_for ->> 'signal')) else t.wake - 'cancel' end,
         waits_for = jsonb_build_object('effect', s.effect, 'payload', s.payload)
           || case when s.effect = 'raise' and waymark._is_alone(s.run_id) then jsonb '{"alone": true}' else '{}' end,
         started_at = coalesce(s.started_at, p_now)
    from unnest(p_steps) s where t.ctid = s.row_id and s.task_no = 0 and s.effect in ('return', 'raise');
end
$$;
comment on function waymark._close_bodies(waymark.task_step[], timestamptz) is 'Keeps the outcome of bodies that have ended.';
