-- Ends runs whose deadline has passed, at once, as they are terminated: no handler is asked. A parent gets the exception where it waits for such a child.
-- The caller has the bodies locked.
create or replace function waymark._expire_runs(p_run_ids uuid[], p_now timestamptz) returns void
language plpgsql as $$
declare
  c_mro constant jsonb := jsonb '["waymark.errors:RunDeadlineExceeded", "waymark.errors:WaymarkError", "TimeoutError", "OSError", "Exception", "BaseException", "object"]';
begin
  if cardinality(p_run_ids) = 0 then
    return;
  end if;
  perform waymark._fail_runs(array(
    select row(null, t.run_id, 0, 0, 0, null, null, 0, false, 0, '{}', '[]', null, 'raise',
               jsonb_build_object('overdue', true, 'node', case when t.pc < 0 then ~t.pc else t.pc end, 'exception', jsonb_build_object(
                 '$', 'exception', 'type', c_mro ->> 0, 'mro', c_mro, 'args', jsonb_build_array(m.message), 'message', m.message)), null)::waymark.task_step
      from unnest(p_run_ids) r(run_id)
     cross join lateral (select b.run_id, b.pc from waymark.tasks b where b.run_id = r.run_id and b.task_no = 0 offset 0) t
     cross join lateral (
        select format('run %s did not end within %s s', c.run_id, extract(epoch from c.deadline - c.created_at)::double precision) as message
          from waymark.runs c where c.run_id = r.run_id offset 0) m), p_now);
end
$$;
comment on function waymark._expire_runs(uuid[], timestamptz) is 'Ends runs whose deadline has passed.';
