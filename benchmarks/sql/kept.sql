-- So many one-action runs that finished a month ago, as they are kept.
with made as (
  insert into waymark.runs (run_id, workflow, program_id, state, priority, queue, arguments, result, created_at, started_at, ended_at)
  select waymark._new_run_id(now() - interval '30 days'), 'OneAction', w.program_id, 'succeeded', 0, 'default', '{"value": 1}', '1',
         now() - interval '30 days', now() - interval '30 days', now() - interval '30 days'
    from waymark.workflows w, generate_series(1, %s) where w.workflow = 'OneAction'
  returning run_id
)
insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, value,
                                     ready_at, claimed_at, ended_at, run_us, session_id)
select run_id, 0, 1, 0, 1, 1, 1, 'benchmarks.workflows:echo', '{"value": 1}', 'succeeded', true, '1',
       now() - interval '30 days', now() - interval '30 days', now() - interval '30 days', 100, 1
  from made;
