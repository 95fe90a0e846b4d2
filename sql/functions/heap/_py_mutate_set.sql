-- The methods that change a set: {"content": the new set, if it has changed, "result"}.
-- Raises: WM501 as CPython; WM502 for pop of one of several elements, whose order CPython does not define, and what is not computed.
create or replace function waymark._py_mutate_set(p_method text, p_set jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_count int := jsonb_array_length(p_args);
  v_items jsonb := p_set -> 'v';
  v_item jsonb := p_args -> 0;
  v_other jsonb;
  v_position int;
begin
  case
    when p_method = 'add' and v_count = 1 then
      if waymark._py_position(v_items, v_item) is null then
        v_items := v_items || jsonb_build_array(v_item);
      end if;
    when p_method in ('remove', 'discard') and v_count = 1 then
      v_position := waymark._py_position(v_items, v_item);
      if v_position is null and p_method = 'remove' then
        return waymark._raise_python('KeyError', waymark._py_repr(v_item), jsonb_build_array(v_item));
      end if;
      v_items := v_items - coalesce(v_position, jsonb_array_length(v_items));
    when p_method = 'pop' and v_count = 0 then
      if v_items = '[]' then
        return waymark._raise_python('KeyError', '''pop from an empty set''', '["pop from an empty set"]');
      elsif jsonb_array_length(v_items) > 1 then
        return waymark._refuse('which element a set pops', 'Take the element of a sorted list.');
      end if;
      return jsonb_build_object('content', jsonb_set(p_set, '{v}', '[]'), 'result', v_items -> 0);
    when p_method = 'clear' and v_count = 0 then
      v_items := '[]';
    when p_method in ('update', 'intersection_update', 'difference_update', 'symmetric_difference_update') and v_count = 1
         or p_method in ('__ior__', '__iand__', '__isub__', '__ixor__') then
      if p_method like '\_\_%' and waymark._py_kind(v_item) not in ('set', 'frozenset') then
        return waymark._py_mutate_unsupported(p_method, p_set, v_item);
      end if;
      v_other := waymark._py_unique(case when waymark._py_kind(v_item) in ('set', 'frozenset') then v_item -> 'v' else waymark.py_list(v_item) end);
      v_items := case
        when p_method in ('update', '__ior__') then v_items || waymark._py_filter(v_other, v_items, false)
        when p_method in ('intersection_update', '__iand__') then waymark._py_filter(v_items, v_other, true)
        when p_method in ('difference_update', '__isub__') then waymark._py_filter(v_items, v_other, false)
        else waymark._py_filter(v_items, v_other, false) || waymark._py_filter(v_other, v_items, false) end;
    when p_method like '\_\_i%' then
      return waymark._py_mutate_unsupported(p_method, p_set, v_item);
    else
      return waymark._py_mutate_other(p_method, p_set);
  end case;
  return jsonb_build_object('content', jsonb_build_object('$', 'set', 'v', coalesce((
    select jsonb_agg(item.value order by item.value::text collate "C") from jsonb_array_elements(v_items) as item), '[]')), 'result', null);
end
$$;

comment on function waymark._py_mutate_set(text, jsonb, jsonb) is
  'A method that changes a set.';
