-- The element of a sequence at an index, which counts from the end when negative.
-- Raises: WM501 TypeError, IndexError; WM502 for an Enum member or a user's class as the index.
create or replace function waymark._py_index(p_kind text, p_object jsonb, p_key jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_index numeric := waymark._py_int(p_key);
  v_items jsonb;
begin
  if v_index is null then
    if waymark._py_is_foreign(p_key) then
      return waymark._refuse('a subscript with ' || waymark._py_type_name(p_key), 'Use an int.');
    end if;
    return waymark._raise_python('TypeError', case p_kind
      when 'str' then format('string indices must be integers, not ''%s''', waymark._py_type_name(p_key))
      else format('%s indices must be integers or slices, not %s',
        case p_kind when 'bytes' then 'byte' else p_kind end, waymark._py_type_name(p_key))
    end);
  elsif p_kind = 'range' then
    v_index := case when v_index < 0 then v_index + waymark._py_range_length(p_object) else v_index end;
    if v_index < 0 or v_index >= waymark._py_range_length(p_object) then
      return waymark._raise_python('IndexError', 'range object index out of range');
    end if;
    return to_jsonb((p_object #> '{v,0}')::numeric + v_index * (p_object #> '{v,2}')::numeric);
  elsif v_index not between -9223372036854775808 and 9223372036854775807 then
    return waymark._raise_python('IndexError', 'cannot fit ''int'' into an index-sized integer');
  end if;
  v_items := case p_kind when 'list' then p_object when 'tuple' then p_object -> 'v' else waymark.py_iter(p_object) end;
  if v_index < - jsonb_array_length(v_items) or v_index >= jsonb_array_length(v_items) then
    return waymark._raise_python('IndexError', case p_kind
      when 'str' then 'string index out of range'
      when 'bytes' then 'index out of range'
      else p_kind || ' index out of range'
    end);
  end if;
  return v_items -> v_index::int;
end
$$;

comment on function waymark._py_index(text, jsonb, jsonb) is
  'The element of a sequence at an index.';
