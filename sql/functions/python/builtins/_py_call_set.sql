-- The function set.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_set(p_iterable jsonb default '[]') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_iterable) in ('set', 'frozenset') then
    return p_iterable || '{"$": "set"}';
  end if;
  return waymark._py_set_of(waymark.py_spread(p_iterable, 'null'));
end
$$;

comment on function waymark._py_call_set(jsonb) is
  'The Python set(iterable).';
