-- The function zip.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_zip(p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_lists jsonb;
  v_length int;
  v_lengths int;
begin
  if p_kwargs not in ('{}', '{"strict": false}', '{"strict": true}') then
    return waymark._py_inexact('zip()');
  end if;
  select coalesce(jsonb_agg(waymark.py_spread(item.value, 'null') order by item.position), '[]')
    into v_lists from jsonb_array_elements(p_args) with ordinality as item (value, position);
  select count(distinct jsonb_array_length(list.value)), coalesce(min(jsonb_array_length(list.value)), 0)
    into v_lengths, v_length from jsonb_array_elements(v_lists) as list (value);
  if v_lengths > 1 and p_kwargs -> 'strict' = 'true' then
    return waymark._py_inexact('zip()');
  end if;
  if jsonb_array_length(v_lists) = 2 then
    return waymark._py_iterator(coalesce((
      select jsonb_agg(jsonb_build_object('$', 'tuple', 'v', jsonb_build_array(pair.first, pair.second)) order by pair.place)
      from rows from (jsonb_array_elements(v_lists -> 0), jsonb_array_elements(v_lists -> 1)) with ordinality as pair (first, second, place)
      where pair.place <= v_length), '[]'));
  end if;
  return waymark._py_iterator(coalesce((
    select jsonb_agg(jsonb_build_object('$', 'tuple', 'v', (
        select jsonb_agg(list.value -> place.i order by list.position) from jsonb_array_elements(v_lists) with ordinality as list (value, position)))
      order by place.i)
    from generate_series(0, v_length - 1) as place (i)), '[]'));
end
$$;

comment on function waymark._py_call_zip(jsonb, jsonb) is
  'The Python zip(…).';
