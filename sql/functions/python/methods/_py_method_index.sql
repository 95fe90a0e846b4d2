-- The method index of strings, lists and tuples.
-- Raises: WM501 ValueError for strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_index(p_receiver jsonb, p_item jsonb, p_start jsonb default 'null', p_stop jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb := case p_receiver ->> '$' when 'tuple' then p_receiver -> 'v' else p_receiver end;
begin
  if jsonb_typeof(p_receiver) = 'string' then
    if waymark._py_find(p_receiver, p_item, p_start, p_stop, false) < 0 then
      return waymark._raise_python('ValueError', 'substring not found');
    end if;
    return to_jsonb(waymark._py_find(p_receiver, p_item, p_start, p_stop, false));
  elsif waymark._py_kind(p_receiver) in ('list', 'tuple') and p_start = 'null' and p_stop = 'null' then
    for v_position in 0 .. jsonb_array_length(v_items) - 1 loop
      if waymark._py_equal(v_items -> v_position, p_item, true) then
        return to_jsonb(v_position);
      end if;
    end loop;
  end if;
  return waymark._py_inexact('.index()');
end
$$;

comment on function waymark._py_method_index(jsonb, jsonb, jsonb, jsonb) is
  'The Python method index of strings, lists and tuples.';
