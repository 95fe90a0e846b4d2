-- Makes tasks ready, to go on with what the events say. The caller has them locked.
create or replace function waymark._wake_tasks(p_events waymark.task_event[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t
     set state = 'ready', pending = 0, ready_at = p_now, waits_for = null, semaphore_no = null, ticket = null, shared = true,
         wake = jsonb_build_object('ok', e.ok, 'value', e.value) || case when t.wake ? 'cancel' then t.wake else '{}' end
    from unnest(p_events) e where t.ctid = e.row_id;
end
$$;
comment on function waymark._wake_tasks(waymark.task_event[], timestamptz) is 'Makes tasks ready with the events that they waited for.';
