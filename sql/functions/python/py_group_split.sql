-- What an `except*` of these classes takes of an exception (waymark/worker/groups.py): the group or None, the places of its leaves, those left.
-- Raises: WM502, always: only CPython splits groups, whose classes may say how.
create or replace function waymark.py_group_split(p_exception jsonb, p_left jsonb, p_classes jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse('except*', 'Handle the group in an action.');
end
$$;

comment on function waymark.py_group_split(jsonb, jsonb, jsonb) is
  'What a handler of except* takes of an exception.';
