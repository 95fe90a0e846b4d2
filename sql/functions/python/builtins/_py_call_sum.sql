-- The function sum of ints: how floats are summed depends on the version of Python.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_sum(p_iterable jsonb, p_start jsonb default '0') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb := waymark.py_spread(p_iterable, 'null');
  v_sum numeric;
  v_scale int;
begin
  if p_start = '0' and not jsonb_path_exists(v_items, 'strict $[*] ? (@.type() != "number")') then
    select coalesce(sum(item.value::numeric), 0), max(scale(item.value::numeric)) into v_sum, v_scale from jsonb_array_elements(v_items) as item (value);
    return case when v_scale > 0 then waymark._py_inexact('sum()') else to_jsonb(v_sum) end;
  elsif waymark._py_int(p_start) is null or jsonb_path_exists(v_items, 'strict $[*] ? (@.type() != "number" && @.type() != "boolean")')
     or exists (select from jsonb_array_elements(v_items) as item (value) where waymark._py_int(item.value) is null) then
    return waymark._py_inexact('sum()');
  elsif v_items = '[]' then
    return p_start;
  end if;
  return to_jsonb(waymark._py_int(p_start) + coalesce((
    select sum(waymark._py_int(item.value)) from jsonb_array_elements(v_items) as item (value)), 0));
exception when numeric_value_out_of_range then
  return waymark._py_inexact('sum()');
end
$$;

comment on function waymark._py_call_sum(jsonb, jsonb) is
  'The Python sum(iterable, start).';
