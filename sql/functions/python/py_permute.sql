-- The elements of an engine list in the order that an array of positions gives (waymark.py_order).
create or replace function waymark.py_permute(p_list jsonb, p_positions jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return coalesce((
    select jsonb_agg(p_list -> place.i::int order by place.position)
    from jsonb_array_elements_text(p_positions) with ordinality as place (i, position)
  ), '[]');
end
$$;

comment on function waymark.py_permute(jsonb, jsonb) is
  'The elements of a list at these positions.';
