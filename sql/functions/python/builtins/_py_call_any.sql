-- The function any.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_any(p_iterable jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_item jsonb;
begin
  for v_item in select item.value from jsonb_array_elements(waymark.py_spread(p_iterable, 'null')) as item (value) loop
    if waymark.py_truth(v_item) = true then
      return 'true'::jsonb;
    end if;
  end loop;
  return 'false'::jsonb;
end
$$;

comment on function waymark._py_call_any(jsonb) is
  'The Python any(iterable).';
