-- Marks the steps of runs that have several tasks, or are about to. When one of them failed in a way that ends its run (fatal), the run has ended, and the
-- other steps of the run are void.
create or replace function waymark._share_runs(p_steps waymark.task_step[], p_now timestamptz) returns waymark.task_step[]
language plpgsql as $$
declare
  v_fatal waymark.task_step[];
begin
  p_steps := array(
    select row(s.row_id, s.run_id, s.task_no, s.program_id, s.priority, s.queue, s.started_at, s.step_no,
               case when s.shared or s.commands is not null or s.effect in ('branches', 'child', 'wait', 'acquire', 'unscope', 'signal') then true end,
               s.pc, s.locals, s.frames, s.heap, s.effect, s.payload, s.commands)::waymark.task_step
      from unnest(p_steps) s);
  v_fatal := array(
    select s from (select distinct on (f.run_id) f from unnest(p_steps) f
                    where f.shared and f.effect = 'raise' and f.payload ? 'fatal' order by f.run_id, f.task_no) d(s));
  if cardinality(v_fatal) > 0 then
    perform waymark._fail_runs(v_fatal, p_now);
    p_steps := array(select s from unnest(p_steps) s where not exists (select from unnest(v_fatal) f where f.run_id = s.run_id));
  end if;
  return p_steps;
end
$$;
comment on function waymark._share_runs(waymark.task_step[], timestamptz) is 'Marks the steps of runs with several tasks and ends those that failed for good.';
