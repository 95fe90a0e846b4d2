-- A list with p_count elements from a position on replaced by others.
create or replace function waymark._py_splice(p_list jsonb, p_from int, p_count int, p_items jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return coalesce((
    select jsonb_agg(item.value order by item.part, item.position)
    from (
      select case when old.position <= p_from then 1 else 3 end, old.position, old.value
      from jsonb_array_elements(p_list) with ordinality as old (value, position)
      where old.position <= p_from or old.position > p_from + p_count
      union all
      select 2, new.position, new.value from jsonb_array_elements(p_items) with ordinality as new (value, position)
    ) as item (part, position, value)), '[]');
end
$$;

comment on function waymark._py_splice(jsonb, int, int, jsonb) is
  'A list with some elements in a row replaced by others.';
