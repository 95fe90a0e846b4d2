-- The function sorted without a key.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_sorted(p_iterable jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb := waymark.py_spread(p_iterable, 'null');
begin
  if p_kwargs - '{reverse,key,$}'::text[] <> '{}' or p_kwargs -> 'key' <> 'null' then
    return waymark._py_inexact('sorted()');
  elsif v_items <> '[]' and p_kwargs = '{}' and not jsonb_path_exists(v_items, 'strict $[*] ? (@.type() != "number")') then
    return (select jsonb_agg(item.value order by item.value::numeric, item.position)
            from jsonb_array_elements(v_items) with ordinality as item (value, position));
  elsif v_items <> '[]' and p_kwargs = '{}' and not jsonb_path_exists(v_items, 'strict $[*] ? (@.type() != "string")') then
    return (select jsonb_agg(item.value order by (item.value #>> '{}') collate "C") from jsonb_array_elements(v_items) as item (value));
  end if;
  return waymark._py_sort(v_items, v_items, coalesce(p_kwargs -> 'reverse', 'false'));
end
$$;

comment on function waymark._py_call_sorted(jsonb, jsonb) is
  'The Python sorted(iterable, reverse=…).';
