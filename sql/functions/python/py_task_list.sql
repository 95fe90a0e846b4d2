-- What asyncio.wait and its like are given, as a list of handles, each once. The order of a set of tasks, which CPython leaves open, is that of creation.
-- Raises: WM501 TypeError.
create or replace function waymark.py_task_list(p_tasks jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_tasks);
begin
  if v_kind = 'task' then
    return waymark._raise_python('TypeError', 'expect a list of futures, not Task');
  end if;
  return coalesce((
    select jsonb_agg(task.value order by case when v_kind in ('set', 'frozenset') then (task.value ->> 'v')::bigint end, task.first)
    from (
      select item.value, min(item.position) as first
      from jsonb_array_elements(case when v_kind in ('set', 'frozenset') then p_tasks -> 'v' else waymark.py_list(p_tasks) end)
        with ordinality as item (value, position)
      group by item.value
    ) as task
    where waymark._check_handle(task.value, 'task') is not null
  ), '[]');
end
$$;

comment on function waymark.py_task_list(jsonb) is
  'The handles of an iterable of tasks, each once.';
