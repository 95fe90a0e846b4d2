-- The function all.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_all(p_iterable jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_item jsonb;
begin
  for v_item in select item.value from jsonb_array_elements(waymark.py_spread(p_iterable, 'null')) as item (value) loop
    if waymark.py_truth(v_item) = false then
      return 'false'::jsonb;
    end if;
  end loop;
  return 'true'::jsonb;
end
$$;

comment on function waymark._py_call_all(jsonb) is
  'The Python all(iterable).';
