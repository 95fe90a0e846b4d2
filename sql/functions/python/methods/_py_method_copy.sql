-- The method copy of lists, dicts and sets.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_copy(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) in ('list', 'dict', 'set', 'frozenset') then
    return p_receiver;
  end if;
  return waymark._py_inexact('.copy()');
end
$$;

comment on function waymark._py_method_copy(jsonb) is
  'The Python method copy of lists, dicts and sets.';
