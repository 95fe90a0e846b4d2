-- What a wait answers: [status, value] of each task. Volatile: it must see what this turn has written.
create or replace function waymark._wait_value(p_run_id uuid, p_tasks jsonb) returns jsonb
language plpgsql volatile as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_array(coalesce(h.status, 'pending'), h.value) order by n.ordinality), '[]')
      from jsonb_array_elements(p_tasks) with ordinality n
      left join lateral (
        select t.status, t.value from waymark.task_history t where t.run_id = p_run_id and t.task_no = n.value::int offset 0) h on true);
end
$$;
comment on function waymark._wait_value(uuid, jsonb) is 'What a wait for tasks answers.';
