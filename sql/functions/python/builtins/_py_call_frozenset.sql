-- The function frozenset.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_frozenset(p_iterable jsonb default '[]') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_iterable) in ('set', 'frozenset') then
    return p_iterable || '{"$": "frozenset"}';
  end if;
  return waymark._py_set_of(waymark.py_spread(p_iterable, 'null')) || '{"$": "frozenset"}';
end
$$;

comment on function waymark._py_call_frozenset(jsonb) is
  'The Python frozenset(iterable).';
