-- What nobody has taken before its final deadline is claimed by nobody, and overdue at once: the next reclaim hands it in as timed out, for good. Called last:
-- waymark.pause waits for whoever claims, who must not wait for a run. Locks: actions, their timers (skip locked: whoever
-- has one takes it).
create or replace function waymark._expire_actions(p_now timestamptz, p_batch int) returns void
language plpgsql as $$
begin
  with expired as materialized (
    select c.ctid as row_id, c.run_id, c.task_no, c.action_id from waymark.actions c
     where c.final_deadline <= p_now and c.state in ('ready', 'backoff', 'blocked') limit greatest(p_batch, 0) for update skip locked
  ), unscheduled as (
    delete from waymark.timers t
     using expired e
     cross join lateral (
        select m.ctid as row_id from waymark.timers m where m.run_id = e.run_id and m.task_no = e.task_no and m.action_id = e.action_id
           for update skip locked offset 0) m
     where t.ctid = m.row_id
  )
  update waymark.actions a
     set state = 'running', session_id = 0, fencing_token = a.fencing_token + 1, claimed_at = p_now, deadline = p_now
    from expired e where a.ctid = e.row_id;
end
$$;
comment on function waymark._expire_actions(timestamptz, int) is 'Claims for nobody what nobody has taken before its final deadline.';
