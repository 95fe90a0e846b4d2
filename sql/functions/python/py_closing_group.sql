-- What TaskGroup.create_task raises once a task of the group has failed, from the outcomes of its tasks in a `wait` node. Raises: WM501 RuntimeError.
create or replace function waymark.py_closing_group(p_outcomes jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_tasks int;
  v_errors int;
begin
  select nullif(count(*) filter (where o ->> 0 = 'pending'), 0), count(*) filter (where o ->> 0 = 'raised')
    into v_tasks, v_errors from jsonb_array_elements(p_outcomes) o;
  return waymark._raise_python('RuntimeError', format('TaskGroup <TaskGroup%s errors=%s cancelling> is shutting down', ' tasks=' || v_tasks, v_errors));
end
$$;

comment on function waymark.py_closing_group(jsonb) is
  'The error of making a task in a TaskGroup that is shutting down.';
