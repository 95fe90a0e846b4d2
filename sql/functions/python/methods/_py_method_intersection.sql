-- The method intersection of sets, with sets: with another iterable CPython keeps other ones of equal elements.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_intersection(p_receiver jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) in ('set', 'frozenset') and not exists (
      select from jsonb_array_elements(p_args) as item (value) where waymark._py_kind(item.value) not in ('set', 'frozenset')) then
    return waymark._py_set_method('&', p_receiver, p_args);
  end if;
  return waymark._py_inexact('.intersection()');
end
$$;

comment on function waymark._py_method_intersection(jsonb, jsonb) is
  'The Python method intersection of sets.';
