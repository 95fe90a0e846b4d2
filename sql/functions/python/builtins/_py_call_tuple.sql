-- The function tuple.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_tuple(p_iterable jsonb default '[]') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return jsonb_build_object('$', 'tuple', 'v', waymark.py_spread(p_iterable, 'null'));
end
$$;

comment on function waymark._py_call_tuple(jsonb) is
  'The Python tuple(iterable).';
