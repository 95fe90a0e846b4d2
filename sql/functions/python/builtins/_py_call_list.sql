-- The function list.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_list(p_iterable jsonb default '[]') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark.py_spread(p_iterable, 'null');
end
$$;

comment on function waymark._py_call_list(jsonb) is
  'The Python list(iterable).';
