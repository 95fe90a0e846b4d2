-- Ends runs at once, without asking a handler; their child runs are told to (_finish_runs). The caller has the bodies locked.
create or replace function waymark._terminate_runs(p_run_ids uuid[], p_now timestamptz) returns void
language plpgsql as $$
begin
  if cardinality(p_run_ids) = 0 then
    return;
  end if;
  perform waymark._fail_runs(array(
    select row(null, t.run_id, 0, 0, 0, null, null, 0, false, 0, '{}', '[]', null, 'raise',
               jsonb_build_object('terminated', true, 'node', case when t.pc < 0 then ~t.pc else t.pc end,
                 'exception', waymark._terminated_error(t.run_id)), null)::waymark.task_step
      from unnest(p_run_ids) r(run_id)
     cross join lateral (select b.run_id, b.pc from waymark.tasks b where b.run_id = r.run_id and b.task_no = 0 offset 0) t), p_now);
end
$$;
comment on function waymark._terminate_runs(uuid[], timestamptz) is 'Ends runs at once.';
