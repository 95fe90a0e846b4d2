-- Waits that began in this round: those that are over at once wake their task, the others count what they wait for.
create or replace function waymark._begin_waits(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_events waymark.task_event[];
begin
  if not exists (select from unnest(p_steps) s where s.effect = 'wait') then
    return;
  end if;
  with waiting as materialized (
    select s.run_id, s.task_no, s.step_no + 1 as step_no, s.payload,
           (select count(distinct n.value) from jsonb_array_elements(s.payload -> 'tasks') n) as wanted, h.ended, h.raised, h.failed
      from unnest(p_steps) s
     cross join lateral (
        select count(distinct n.value) as ended, coalesce(bool_or(t.status = 'raised'), false) as raised,
                  coalesce(bool_or(t.status <> 'returned'), false) as failed
          from jsonb_array_elements(s.payload -> 'tasks') n
         cross join lateral (select e.status from waymark.task_history e where e.run_id = s.run_id and e.task_no = n.value::int offset 0) t) h
     where s.effect = 'wait'
  ), decided as materialized (
    select w.*, w.ended = w.wanted or case w.payload ->> 'until' when 'now' then true when 'first' then w.ended > 0
                                                                 when 'first_exception' then w.raised when 'first_failure' then w.failed else false end as over
      from waiting w
  ), noted as (
    insert into waymark.task_waits (run_id, task_no, waiter_no, step_no)
    select distinct d.run_id, n.value::int, d.task_no, d.step_no
      from decided d, jsonb_array_elements(d.payload -> 'tasks') n
     where not d.over and not exists (select from waymark.task_history e where e.run_id = d.run_id and e.task_no = n.value::int offset 0)
    on conflict (run_id, task_no, waiter_no) do update set step_no = excluded.step_no
  ), counted as (
    update waymark.tasks t set pending = case when t.state = 'first' then 1 else d.wanted - d.ended end
      from decided d
     cross join lateral (select w.ctid as row_id from waymark.tasks w where w.run_id = d.run_id and w.task_no = d.task_no offset 0) w
     where not d.over and t.ctid = w.row_id
  )
  select array_agg(row(w.row_id, d.run_id, d.task_no, null, null, null, null, d.step_no, true, null, null, null, null, true,
                       waymark._wait_value(d.run_id, d.payload -> 'tasks'))::waymark.task_event)
    into v_events
    from decided d
   cross join lateral (select t.ctid as row_id from waymark.tasks t where t.run_id = d.run_id and t.task_no = d.task_no offset 0) w
   where d.over;
  perform waymark._end_waits(v_events, p_now);
end
$$;
comment on function waymark._begin_waits(waymark.task_step[], timestamptz) is 'Begins waits for tasks.';
