-- Wakes as many of those that queue for semaphores (a key is run and semaphore) as these allow, first come first served.
create or replace function waymark._grant_semaphores(p_keys waymark.task_key[], p_now timestamptz) returns void
language plpgsql as $$
begin
  with granted as materialized (
    select s.row_id as semaphore_row, t.*
      from unnest(p_keys) k
     cross join lateral (
        select m.ctid as row_id, m.value from waymark.semaphores m where m.run_id = k.run_id and m.semaphore_no = k.task_no and m.value > 0 offset 0) s
     cross join lateral (
        select w.ctid as row_id, w.run_id, w.task_no, w.semaphore_no from waymark.tasks w
         where w.run_id = k.run_id and w.semaphore_no = k.task_no and w.state = 'semaphore' order by w.ticket limit s.value) t
  ), taken as (
    update waymark.semaphores s set value = s.value - g.granted
      from (select semaphore_row, count(*)::int as granted from granted group by 1) g where s.ctid = g.semaphore_row
  )
  update waymark.tasks t
     set state = 'ready', ready_at = p_now, semaphore_no = null, ticket = null,
         wake = jsonb_build_object('ok', true, 'value', null, 'semaphore', g.semaphore_no) || case when t.wake ? 'cancel' then t.wake else '{}' end
    from granted g where t.ctid = g.row_id;
end
$$;
comment on function waymark._grant_semaphores(waymark.task_key[], timestamptz) is 'Wakes tasks that queue for semaphores.';
