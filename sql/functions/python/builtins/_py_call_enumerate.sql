-- The function enumerate.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_enumerate(p_iterable jsonb, p_start jsonb default '0', p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_start numeric := waymark._py_int(coalesce(p_kwargs -> 'start', p_start));
begin
  if v_start is null or p_kwargs - 'start' <> '{}' or p_kwargs <> '{}' and p_start <> '0' then
    return waymark._py_inexact('enumerate()');
  end if;
  return waymark._py_iterator(coalesce((
    select jsonb_agg(jsonb_build_object('$', 'tuple', 'v', jsonb_build_array(v_start + item.position - 1, item.value)) order by item.position)
    from jsonb_array_elements(waymark.py_spread(p_iterable, 'null')) with ordinality as item (value, position)), '[]'));
end
$$;

comment on function waymark._py_call_enumerate(jsonb, jsonb, jsonb) is
  'The Python enumerate(iterable, start).';
