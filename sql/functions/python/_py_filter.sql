-- The elements of one set that are (or are not) in another, in order.
create or replace function waymark._py_filter(p_elements jsonb, p_other jsonb, p_member boolean) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  -- An Enum member may equal its value: each pair is looked at. All other elements are told apart by their keys.
  if strpos(p_elements::text || p_other::text, '"enum"') = 0 then
    return coalesce((
      select jsonb_agg(element.value order by element.position)
      from jsonb_array_elements(p_elements) with ordinality as element (value, position)
      where p_member = (waymark._py_key(element.value) in (select waymark._py_key(other.value) from jsonb_array_elements(p_other) as other (value)))
    ), '[]');
  end if;
  return coalesce((
    select jsonb_agg(element.value order by element.position)
    from jsonb_array_elements(p_elements) with ordinality as element (value, position)
    where p_member = (waymark._py_position(p_other, element.value) is not null)
  ), '[]');
end
$$;

comment on function waymark._py_filter(jsonb, jsonb, boolean) is
  'The elements of one set that are, or are not, in another.';
