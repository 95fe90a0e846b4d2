-- Whether nothing is left of a run but its body: no task, open scope or semaphore, which would be gone when it is retried. Tasks that have ended are history, and so is what a
-- handle says of them. Volatile: as of now. The caller has the body locked.
create or replace function waymark._is_alone(p_run_id uuid) returns boolean
language plpgsql volatile as $$
begin
  return not exists (select from waymark.tasks t where t.run_id = p_run_id and t.task_no > 0)
     and not exists (select from waymark.scopes s where s.run_id = p_run_id)
     and not exists (select from waymark.semaphores s where s.run_id = p_run_id);
end
$$;
comment on function waymark._is_alone(uuid) is 'Whether nothing is left of a run but its body.';
