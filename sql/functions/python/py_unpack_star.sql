-- The elements of an iterable that is unpacked to p_before targets, a starred one and p_after more: a list of them, the starred one's list in its place.
-- Raises: WM501 TypeError, ValueError; WM502 as waymark.py_iter.
create or replace function waymark.py_unpack_star(p_value jsonb, p_before jsonb, p_after jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_before int := p_before::int;
  v_after int := p_after::int;
  v_length int;
begin
  if waymark._py_kind(p_value) not in ('list', 'tuple', 'dict', 'str', 'bytes', 'range', 'set', 'frozenset') and not waymark._py_is_foreign(p_value) then
    return waymark._raise_python('TypeError', format('cannot unpack non-iterable %s object', waymark._py_type_name(p_value)));
  end if;
  p_value := waymark.py_list(p_value);
  v_length := jsonb_array_length(p_value);
  if v_length < v_before + v_after then
    return waymark._raise_python('ValueError', format('not enough values to unpack (expected at least %s, got %s)', v_before + v_after, v_length));
  end if;
  return (
    select coalesce(jsonb_agg(e.value order by e.i) filter (where e.i <= v_before), '[]')
        || jsonb_build_array(coalesce(jsonb_agg(e.value order by e.i) filter (where e.i > v_before and e.i <= v_length - v_after), '[]'))
        || coalesce(jsonb_agg(e.value order by e.i) filter (where e.i > v_length - v_after), '[]')
      from jsonb_array_elements(p_value) with ordinality e(value, i));
end
$$;

comment on function waymark.py_unpack_star(jsonb, jsonb, jsonb) is
  'The elements of an iterable that is unpacked with a starred target.';
