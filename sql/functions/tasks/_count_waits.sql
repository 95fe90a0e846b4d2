-- Counts ended tasks down from the tasks that wait for them, once a waiting task and batch; wakes those whose wait is over.
create or replace function waymark._count_waits(p_ends waymark.task_end[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_events waymark.task_event[];
begin
  with told as (
    delete from waymark.task_waits t
     using unnest(p_ends) e
     cross join lateral (select m.ctid as row_id from waymark.task_waits m where m.run_id = e.run_id and m.task_no = e.task_no offset 0) m
     where t.ctid = m.row_id
    returning t.run_id, t.waiter_no, t.step_no, e.status
  ), counted as materialized (
    select t.run_id, t.waiter_no, t.step_no, count(*)::int as ended, bool_or(t.status = 'raised') as raised, bool_or(t.status <> 'returned') as failed
      from told t group by 1, 2, 3
  ), waiting as materialized (
    select c.*, t.row_id, t.waits_for,
           t.pending <= c.ended or t.state = 'first' or t.state = 'first_exception' and c.raised
             or t.state = 'first_failure' and c.failed as over
      from counted c
     cross join lateral (
        select w.ctid as row_id, w.pending, w.state, w.waits_for from waymark.tasks w
         where w.run_id = c.run_id and w.task_no = c.waiter_no and w.step_no = c.step_no and w.state in ('all', 'first', 'first_exception', 'first_failure') offset 0) t
  ), less as (
    update waymark.tasks t set pending = t.pending - w.ended from waiting w where t.ctid = w.row_id and not w.over
  )
  select array_agg(row(w.row_id, w.run_id, w.waiter_no, null, null, null, null, w.step_no, true, null, null, null, null, true,
                       waymark._wait_value(w.run_id, w.waits_for -> 'tasks'))::waymark.task_event)
    into v_events from waiting w where w.over;
  if v_events is not null then
    perform waymark._end_waits(v_events, p_now);
  end if;
end
$$;
comment on function waymark._count_waits(waymark.task_end[], timestamptz) is 'Counts ended tasks down from those that wait for them.';
