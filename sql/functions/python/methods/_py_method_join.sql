-- The method join of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_join(p_receiver jsonb, p_iterable jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb := waymark.py_spread(p_iterable, 'null');
begin
  if jsonb_typeof(p_receiver) = 'string' and not jsonb_path_exists(v_items, 'strict $[*] ? (@.type() != "string")') then
    return to_jsonb(coalesce((
      select string_agg(item.value #>> '{}', p_receiver #>> '{}' order by item.position)
      from jsonb_array_elements(v_items) with ordinality as item (value, position)), ''));
  end if;
  return waymark._py_inexact('.join()');
end
$$;

comment on function waymark._py_method_join(jsonb, jsonb) is
  'The Python method join of strings.';
