-- What * spreads: the list of an iterable's elements. p_callee is the name of the function whose arguments they are, None in a display: CPython names
-- it in its error.
-- Raises: WM502 for what cannot be iterated, and as waymark.py_list.
create or replace function waymark.py_spread(p_iterable jsonb, p_callee jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_iterable) = 'array' then
    return p_iterable;
  elsif waymark._py_kind(p_iterable) not in ('tuple', 'dict', 'str', 'range', 'set', 'frozenset', 'bytes', 'iterator') then
    return waymark._py_inexact('* in ' || coalesce(p_callee #>> '{}', 'a display'));
  end if;
  return waymark.py_list(p_iterable);
end
$$;

comment on function waymark.py_spread(jsonb, jsonb) is
  'The elements that * spreads in a display or a call.';
