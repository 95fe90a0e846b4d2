-- The function dict.fromkeys.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_dict_fromkeys(p_keys jsonb, p_value jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark.py_dict(coalesce((
    select jsonb_agg(jsonb_build_array(key.value, p_value) order by key.position)
    from jsonb_array_elements(waymark.py_spread(p_keys, 'null')) with ordinality as key (value, position)), '[]'));
end
$$;

comment on function waymark._py_call_dict_fromkeys(jsonb, jsonb) is
  'The Python dict.fromkeys(keys, value).';
