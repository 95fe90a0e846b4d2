-- Fires scopes (a key is run and scope) that have not fired yet: their tasks are asked to cancel.
create or replace function waymark._fire_scopes(p_keys waymark.task_key[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_tasks waymark.task_key[];
begin
  with fired as (
    update waymark.scopes o set fired = true
      from (select distinct k.run_id, k.task_no from unnest(p_keys) k) k
     cross join lateral (select s.ctid as row_id from waymark.scopes s where s.run_id = k.run_id and s.scope_no = k.task_no and not s.fired offset 0) s
     where o.ctid = s.row_id
    returning o.run_id, o.task_no
  )
  select array_agg(row(f.run_id, f.task_no)::waymark.task_key) into v_tasks from fired f;
  if v_tasks is not null then
    perform waymark._cancel_tasks(v_tasks, true, p_now);
  end if;
end
$$;
comment on function waymark._fire_scopes(waymark.task_key[], timestamptz) is 'Fires cancel scopes.';
