-- The elements of an array without those equal to an earlier one. Raises: WM501 TypeError for an unhashable element; WM502.
create or replace function waymark._py_unique(p_items jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return coalesce((
    select jsonb_agg(item.value order by item.position)
    from (
      select (array_agg(element.value order by element.position))[1], min(element.position)
      from jsonb_array_elements(p_items) with ordinality as element (value, position)
      group by waymark._py_key(element.value)
    ) as item (value, position)), '[]');
end
$$;

comment on function waymark._py_unique(jsonb) is
  'The elements of an array, equal ones once.';
