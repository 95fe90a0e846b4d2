-- The function reversed.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_reversed(p_sequence jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_sequence) not in ('list', 'tuple', 'str', 'bytes', 'range', 'dict') then
    return waymark._py_inexact('reversed()');
  end if;
  return waymark._py_iterator(coalesce((
    select jsonb_agg(item.value order by item.position desc)
    from jsonb_array_elements(waymark.py_list(p_sequence)) with ordinality as item (value, position)), '[]'));
end
$$;

comment on function waymark._py_call_reversed(jsonb) is
  'The Python reversed(sequence).';
