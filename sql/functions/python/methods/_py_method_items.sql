-- The method items of dicts.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_items(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'dict' then
    return waymark._py_iterator(coalesce((
      select jsonb_agg(jsonb_build_object('$', 'tuple', 'v', pair.value) order by pair.position)
      from jsonb_array_elements(waymark._py_pairs(p_receiver)) with ordinality as pair (value, position)), '[]'));
  end if;
  return waymark._py_inexact('.items()');
end
$$;

comment on function waymark._py_method_items(jsonb) is
  'The Python method items of dicts.';
