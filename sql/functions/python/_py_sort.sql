-- The elements of a list in the order of their keys, equal keys in the order of the list, also in reverse.
-- Raises: WM502 for keys that no one total order orders.
create or replace function waymark._py_sort(p_items jsonb, p_keys jsonb, p_reverse jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return coalesce((
    select jsonb_agg(p_items -> place.i::int order by place.position)
    from jsonb_array_elements_text(waymark._py_order(p_keys, p_reverse)) with ordinality as place (i, position)
  ), '[]');
end
$$;

comment on function waymark._py_sort(jsonb, jsonb, jsonb) is
  'A list in the order of its keys.';
