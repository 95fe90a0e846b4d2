-- What leaves a `try` with `except*` in the end (waymark/worker/groups.py): an exception or None.
-- Raises: WM502, always: only CPython splits groups, whose classes may say how.
create or replace function waymark.py_group_rest(p_exception jsonb, p_left jsonb, p_again jsonb, p_raised jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse('except*', 'Handle the group in an action.');
end
$$;

comment on function waymark.py_group_rest(jsonb, jsonb, jsonb, jsonb) is
  'What leaves a try statement with except*.';
