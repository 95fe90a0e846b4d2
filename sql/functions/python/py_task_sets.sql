-- The result of asyncio.wait, from a list of handles and the outcomes of a `wait` node: (those that have ended, those that have not).
create or replace function waymark.py_task_sets(p_tasks jsonb, p_outcomes jsonb) returns jsonb
language sql stable parallel safe
return (
  select jsonb_build_object('$', 'tuple', 'v', jsonb_build_array(
    jsonb_build_object('$', 'set', 'v', coalesce(jsonb_agg(task.value order by task.value::text) filter (where outcome.value ->> 0 <> 'pending'), '[]')),
    jsonb_build_object('$', 'set', 'v', coalesce(jsonb_agg(task.value order by task.value::text) filter (where outcome.value ->> 0 = 'pending'), '[]'))))
  from jsonb_array_elements(p_tasks) with ordinality as task (value, position)
  join jsonb_array_elements(p_outcomes) with ordinality as outcome (value, position) using (position)
);

comment on function waymark.py_task_sets(jsonb, jsonb) is
  'The sets of the tasks that have ended and of those that have not.';
