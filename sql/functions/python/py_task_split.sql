-- For asyncio.as_completed, from a list of handles and the outcomes of a `wait` node: the outcomes of those that have ended, in the order in which
-- they did, and the handles of the others.
create or replace function waymark.py_task_split(p_tasks jsonb, p_outcomes jsonb) returns jsonb
language sql stable parallel safe
return (
  select jsonb_build_array(
    coalesce(jsonb_agg(outcome.value order by (outcome.value ->> 2)::numeric, outcome.position) filter (where outcome.value ->> 0 <> 'pending'), '[]'),
    coalesce(jsonb_agg(task.value order by task.position) filter (where outcome.value ->> 0 = 'pending'), '[]'))
  from jsonb_array_elements(p_tasks) with ordinality as task (value, position)
  join jsonb_array_elements(p_outcomes) with ordinality as outcome (value, position) using (position)
);

comment on function waymark.py_task_split(jsonb, jsonb) is
  'The outcomes of the tasks that have ended, and the other tasks.';
