-- The method issubset of sets, with a set: an iterable is only walked as far as CPython needs it.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_issubset(p_receiver jsonb, p_other jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) in ('set', 'frozenset') and waymark._py_kind(p_other) in ('set', 'frozenset') then
    return to_jsonb(waymark._py_compare('<=', p_receiver, p_other));
  end if;
  return waymark._py_inexact('.issubset()');
end
$$;

comment on function waymark._py_method_issubset(jsonb, jsonb) is
  'The Python method issubset of sets.';
