-- Ends tasks: they become history, and who waits for them is told: a gather gets the result of its branch, waits count down; a failure in a group fires its
-- scope. The caller has the bodies of the runs locked.
create or replace function waymark._end_tasks(p_ends waymark.task_end[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_results waymark.action_result[];
  v_scopes waymark.task_key[];
begin
  if cardinality(p_ends) = 0 then
    return;
  end if;
  with ended as materialized (
    select t.*, case when t.wake ? 'cancel' then 'cancelled' else e.status end as status,
           case when t.wake ? 'cancel' then waymark._cancelled_error() else e.value end as value
      from unnest(p_ends) e
     cross join lateral (
        select w.*, w.ctid as row_id from waymark.tasks w where w.run_id = e.run_id and w.task_no = e.task_no for no key update offset 0) t
  ), removed as (
    delete from waymark.tasks t using ended e where t.ctid = e.row_id
  ), recorded as (
    insert into waymark.task_history (run_id, task_no, parent_no, parent_step, slot, name, status, value, started_at, ended_at)
    select e.run_id, e.task_no, e.parent_no, e.parent_step, e.slot, e.name, e.status, e.value, e.started_at, p_now from ended e
  )
  select array_agg(row(e.run_id, e.parent_no, e.parent_step, e.slot, e.status = 'returned', e.value)::waymark.action_result) filter (where e.parent_no is not null),
         array_agg(row(e.run_id, e.scope_no)::waymark.task_key) filter (where e.scope_no is not null and e.status = 'raised')
    into v_results, v_scopes from ended e;
  if v_results is not null then
    perform waymark._wake_tasks(waymark._complete_joins(v_results), p_now);
  end if;
  perform waymark._count_waits(p_ends, p_now);
  if v_scopes is not null then
    perform waymark._fire_scopes(v_scopes, p_now);
  end if;
end
$$;
comment on function waymark._end_tasks(waymark.task_end[], timestamptz) is 'Ends tasks and tells those that wait for them.';
