-- Gives back one to each semaphore, as often as it is listed (a key is run and semaphore). Answers those that are above their bound now.
create or replace function waymark._release_semaphores(p_keys waymark.task_key[]) returns waymark.task_key[]
language plpgsql as $$
declare
  v_over waymark.task_key[];
begin
  with released as (
    update waymark.semaphores s set value = s.value + k.released
      from (select u.run_id, u.task_no as semaphore_no, count(*)::int as released from unnest(p_keys) u group by 1, 2) k
     cross join lateral (select m.ctid as row_id from waymark.semaphores m where m.run_id = k.run_id and m.semaphore_no = k.semaphore_no offset 0) m
     where s.ctid = m.row_id
    returning s.*
  )
  select array_agg(row(r.run_id, r.semaphore_no)::waymark.task_key) into v_over from released r where r.value > r.bound;
  return coalesce(v_over, '{}');
end
$$;
comment on function waymark._release_semaphores(waymark.task_key[]) is 'Gives back to semaphores.';
