-- Locks a live run, which is its body, and answers it; all null when the run has ended. Locks: the body. SQLSTATEs: WM301 unknown run.
create or replace function waymark._lock_run(p_run_id uuid) returns waymark.tasks
language plpgsql as $$
declare
  v_body waymark.tasks;
begin
  select * into v_body from waymark.tasks t where t.run_id = p_run_id and t.task_no = 0 for no key update;
  if not found and not exists (select from waymark.runs r where r.run_id = p_run_id) then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  end if;
  return v_body;
end
$$;
comment on function waymark._lock_run(uuid) is 'Locks a live run and answers its body.';
