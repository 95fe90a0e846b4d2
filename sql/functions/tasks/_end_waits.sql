-- Waits that are over: their timeouts go, their tasks become ready.
create or replace function waymark._end_waits(p_events waymark.task_event[], p_now timestamptz) returns void
language plpgsql as $$
begin
  delete from waymark.timers t
   using unnest(p_events) e
   cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = e.run_id and m.task_no = e.task_no and m.action_id = 0 offset 0) m
   where t.ctid = m.row_id;
  perform waymark._wake_tasks(p_events, p_now);
end
$$;
comment on function waymark._end_waits(waymark.task_event[], timestamptz) is 'Wakes tasks whose wait is over.';
