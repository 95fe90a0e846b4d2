-- The numbers in a list of handles of tasks. SQLSTATEs: WM501 (TypeError).
create or replace function waymark._check_tasks(p_tasks jsonb) returns jsonb
language plpgsql stable as $$
begin
  return (select coalesce(jsonb_agg(waymark._check_handle(t.value, 'task') order by t.ordinality), '[]')
            from jsonb_array_elements(waymark.py_list(p_tasks)) with ordinality t);
end
$$;
comment on function waymark._check_tasks(jsonb) is 'The numbers in a list of handles of tasks.';
