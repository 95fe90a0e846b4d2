-- The method count of strings, lists and tuples.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_count(p_receiver jsonb, p_item jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb := case p_receiver ->> '$' when 'tuple' then p_receiver -> 'v' else p_receiver end;
  v_count int := 0;
begin
  if jsonb_typeof(p_receiver) = 'string' and jsonb_typeof(p_item) = 'string' then
    return to_jsonb(case p_item when '""' then length(p_receiver #>> '{}') + 1
      else cardinality(waymark._py_split(p_receiver #>> '{}', p_item #>> '{}')) - 1 end);
  elsif waymark._py_kind(p_receiver) in ('list', 'tuple') then
    for v_position in 0 .. jsonb_array_length(v_items) - 1 loop
      v_count := v_count + waymark._py_equal(v_items -> v_position, p_item, true)::int;
    end loop;
    return to_jsonb(v_count);
  end if;
  return waymark._py_inexact('.count()');
end
$$;

comment on function waymark._py_method_count(jsonb, jsonb) is
  'The Python method count of strings, lists and tuples.';
