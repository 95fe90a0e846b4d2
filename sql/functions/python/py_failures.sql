-- Of the outcomes of a `wait` node those that are no results, in the order in which the tasks ended.
create or replace function waymark.py_failures(p_outcomes jsonb) returns jsonb
language sql stable parallel safe
return (
  select coalesce(jsonb_agg(outcome.value order by (outcome.value ->> 2)::numeric, outcome.position), '[]')
  from jsonb_array_elements(p_outcomes) with ordinality as outcome (value, position)
  where outcome.value ->> 0 in ('raised', 'cancelled')
);

comment on function waymark.py_failures(jsonb) is
  'The outcomes of tasks that failed, earliest first.';
