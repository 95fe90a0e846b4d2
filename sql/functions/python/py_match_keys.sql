-- The values that a mapping has for the keys of a pattern, as a list; None when the value is no mapping or lacks one of them.
-- Raises: WM501 ValueError for a key that stands twice, TypeError for an unhashable one; WM502 where the value's class may be a mapping itself.
create or replace function waymark.py_match_keys(p_value jsonb, p_keys jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_found jsonb := jsonb '[]';
  v_value jsonb;
begin
  if waymark._py_kind(p_value) <> 'dict' then
    if waymark._py_may_contain(p_value) then
      return waymark._refuse(format('a mapping pattern for %s', waymark._py_type_name(p_value)), 'Compute it in an action.');
    end if;
    return jsonb 'null';
  elsif jsonb_array_length(waymark._py_pairs(p_value)) < jsonb_array_length(p_keys) then
    return jsonb 'null';
  end if;
  for v_place in 0 .. jsonb_array_length(p_keys) - 1 loop
    if waymark._py_position(p_keys, p_keys -> v_place) < v_place then
      return waymark._raise_python('ValueError', format('mapping pattern checks duplicate key (%s)', waymark._py_repr(p_keys -> v_place)));
    end if;
    v_value := waymark._py_lookup(p_value, p_keys -> v_place);
    if v_value is null then
      return jsonb 'null';
    end if;
    v_found := v_found || jsonb_build_array(v_value);
  end loop;
  return v_found;
end
$$;

comment on function waymark.py_match_keys(jsonb, jsonb) is
  'The values of a mapping for the keys of a pattern, or None.';
