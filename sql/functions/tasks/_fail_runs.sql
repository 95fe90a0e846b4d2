-- Ends runs at once with what a task of theirs, or a child, cannot go on with (fatal): no handler of the body is asked. The steps name run, node and exception.
-- Shared is null where a retry can go on from the body (_keep_failed).
create or replace function waymark._fail_runs(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_steps waymark.task_step[] := array(
    select row(b.row_id, s.run_id, 0, b.program_id, b.priority, b.queue, b.started_at, b.step_no,
               case when not waymark._is_alone(s.run_id) then false end, b.pc, '{}', '[]', null, 'raise', s.payload, null)::waymark.task_step
      from unnest(p_steps) s
     cross join lateral (
        select t.*, t.ctid as row_id from waymark.tasks t where t.run_id = s.run_id and t.task_no = 0 for no key update offset 0) b);
begin
  perform waymark._forget_runs(v_steps);
  perform waymark._finish_runs(v_steps, p_now);
end
$$;
comment on function waymark._fail_runs(waymark.task_step[], timestamptz) is 'Ends runs that cannot go on.';
