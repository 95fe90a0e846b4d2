-- Fires scopes (a key is run and scope) that have not fired yet: their tasks are asked to cancel, and so are those of their groups.
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
    returning o.run_id, o.task_no, o.scope_no
  )
  select array_agg(row(f.run_id, c.task_no)::waymark.task_key) into v_tasks
    from fired f
   cross join lateral (
      select f.task_no
      union all
      select t.task_no from waymark.tasks t where t.run_id = f.run_id and t.scope_no = f.scope_no) c;
  if v_tasks is not null then
    perform waymark._cancel_tasks(v_tasks, true, p_now);
  end if;
end
$$;
comment on function waymark._fire_scopes(waymark.task_key[], timestamptz) is 'Fires cancel scopes.';
