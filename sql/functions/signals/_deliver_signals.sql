-- Hands signals to the tasks that wait for them, the oldest to the one that has waited longest. A key is listed once for each signal that has arrived and each
-- wait that has begun, so that no more than that many are looked at; nothing is left to hand out of what was there before. Each task wakes with the value;
-- wake.signal: what it gives back when it is cancelled before it goes on. The caller has the bodies of the runs locked.
create or replace function waymark._deliver_signals(p_keys waymark.signal_key[], p_now timestamptz) returns void
language plpgsql as $$
begin
  with wanted as materialized (
    select k.run_id, k.name, count(*) as number from unnest(p_keys) k group by 1, 2
  ), pairs as materialized (
    select p.task_row, p.signal_row
      from wanted k
     cross join lateral (
        select array(select t.ctid from waymark.tasks t
                      where t.run_id = k.run_id and t.state = 'signal' and t.waits_for ->> 'signal' = k.name order by t.ticket limit k.number) as tasks
        offset 0) w
     cross join lateral unnest(w.tasks, array(
        select s.ctid from waymark.signals s
         where s.run_id = k.run_id and s.name = k.name and s.taken_at is null order by s.seq limit cardinality(w.tasks))) p(task_row, signal_row)
     where p.signal_row is not null
  ), woken as (
    update waymark.tasks t
       set state = 'ready', ready_at = p_now, waits_for = null, ticket = null,
           wake = jsonb_build_object('ok', true, 'value', s.value, 'signal', s.seq) || case when t.wake ? 'cancel' then t.wake else '{}' end
      from pairs p join waymark.signals s on s.ctid = p.signal_row
     where t.ctid = p.task_row
    returning t.run_id, t.task_no, p.signal_row
  ), taken as (
    update waymark.signals s set taken_at = p_now, taken_by = w.task_no from woken w where s.ctid = w.signal_row
  )
  delete from waymark.timers t
   using woken w
   cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = w.run_id and m.task_no = w.task_no and m.action_id = 0 offset 0) m
   where t.ctid = m.row_id;
end
$$;
comment on function waymark._deliver_signals(waymark.signal_key[], timestamptz) is 'Hands signals to the tasks that wait for them.';
