-- The function dict.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_dict(p_items jsonb default '{}', p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_pairs jsonb;
  v_dict jsonb;
begin
  if waymark._py_kind(p_items) = 'dict' then
    return waymark.py_merge(p_items, p_kwargs, 'null');
  end if;
  v_pairs := waymark.py_spread(p_items, 'null');
  if jsonb_array_length(jsonb_path_query_array(v_pairs, 'strict $[*] ? (@."$" == "tuple" && @.v.size() == 2)')) = jsonb_array_length(v_pairs) then
    return waymark.py_merge(waymark.py_dict(jsonb_path_query_array(v_pairs, 'strict $[*].v')), p_kwargs, 'null');
  elsif exists (select from jsonb_array_elements(v_pairs) as pair (value)
             where waymark._py_kind(pair.value) not in ('list', 'tuple') or waymark._py_length(pair.value) <> 2) then
    return waymark._py_inexact('dict()');
  end if;
  v_dict := waymark.py_dict(coalesce((
    select jsonb_agg(case jsonb_typeof(pair.value) when 'array' then pair.value else pair.value -> 'v' end order by pair.position)
    from jsonb_array_elements(v_pairs) with ordinality as pair (value, position)), '[]'));
  return waymark.py_merge(v_dict, p_kwargs, 'null');
end
$$;

comment on function waymark._py_call_dict(jsonb, jsonb) is
  'The Python dict(items, **kwargs).';
