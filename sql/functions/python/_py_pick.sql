-- The first of the largest (p_sign = -1) or smallest (1) elements of an array that is not empty.
-- Raises: WM502 for elements that no one total order orders.
create or replace function waymark._py_pick(p_values jsonb, p_sign int) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_ranks int[];
begin
  if jsonb_array_length(p_values) = 1 then
    return p_values -> 0;
  elsif not jsonb_path_exists(p_values, 'strict $[*] ? (@.type() != "number")') then
    return (select each.value from jsonb_array_elements(p_values) with ordinality as each (value, position)
            order by p_sign * each.value::numeric, each.position limit 1);
  end if;
  v_ranks := waymark._py_ranks(p_values);
  if v_ranks is null then
    return waymark._py_inexact('the order');
  end if;
  return (select p_values -> (key.position - 1)::int from unnest(v_ranks) with ordinality as key (rank, position)
          order by p_sign * key.rank, key.position limit 1);
end
$$;

comment on function waymark._py_pick(jsonb, int) is
  'The first of the smallest or largest elements.';
