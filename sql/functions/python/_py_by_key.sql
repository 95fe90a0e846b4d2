-- sorted, min and max of an engine list by keys that are computed: the list in order, or its first element of the smallest or largest key.
-- Raises: WM502 for keys that no one total order orders, and for an empty list without a default.
create or replace function waymark._py_by_key(p_name text, p_items jsonb, p_keys jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_kwargs - (case p_name when 'sorted' then 'reverse' else 'default' end) <> '{}' then
    return waymark._py_inexact(p_name || '()');
  elsif p_name = 'sorted' then
    return coalesce((
      select jsonb_agg(p_items -> place.i::int order by place.position)
      from jsonb_array_elements_text(waymark._py_order(p_keys, coalesce(p_kwargs -> 'reverse', 'false'))) with ordinality as place (i, position)
    ), '[]');
  elsif p_items = '[]' then
    return coalesce(p_kwargs -> 'default', waymark._py_inexact(p_name || '()'));
  end if;
  return p_items -> (waymark._py_order(p_keys, to_jsonb(p_name = 'max')) ->> 0)::int;
end
$$;

comment on function waymark._py_by_key(text, jsonb, jsonb, jsonb) is
  'The Python sorted, min and max by computed keys.';
