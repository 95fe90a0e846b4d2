-- The methods that change a dict: {"content": the new dict, if it has changed, "result"}.
-- Raises: WM501 as CPython; WM502 for methods and arguments that are not computed.
create or replace function waymark._py_mutate_dict(p_method text, p_dict jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_count int := jsonb_array_length(p_args);
  v_key jsonb := p_args -> 0;
  v_found jsonb;
begin
  if p_kwargs <> '{}' and p_method <> 'update' then
    return waymark._py_mutate_arity(p_method, 'dict');
  elsif p_method in ('__delitem__', 'pop', 'setdefault') and v_count between 1 and 2 then
    v_found := waymark._py_lookup(p_dict, v_key);
    if v_found is null and (p_method = '__delitem__' or p_method = 'pop' and v_count = 1) then
      return waymark._raise_python('KeyError', waymark._py_repr(v_key), jsonb_build_array(v_key));
    end if;
  end if;
  case
    when p_method = '__setitem__' and v_count = 2 then
      return jsonb_build_object('content', waymark._py_dict_store(p_dict, v_key, p_args -> 1), 'result', null);
    when p_method in ('__setitem__', '__delitem__') and v_count > 2 then
      return waymark._raise_python('TypeError', 'unhashable type: ''slice''');
    when p_method in ('__delitem__', 'pop') and v_found is not null then
      return jsonb_build_object('content', waymark._py_dict_without(p_dict, v_key), 'result', v_found);
    when p_method = 'pop' and v_count = 2 then
      return jsonb_build_object('result', p_args -> 1);
    when p_method = 'setdefault' and v_count between 1 and 2 then
      return case when v_found is not null then jsonb_build_object('result', v_found)
        else jsonb_build_object('content', waymark._py_dict_store(p_dict, v_key, coalesce(p_args -> 1, 'null')), 'result', coalesce(p_args -> 1, 'null')) end;
    when p_method = 'popitem' and v_count = 0 then
      v_found := waymark._py_pairs(p_dict) -> -1;
      if v_found is null then
        return waymark._raise_python('KeyError', '''popitem(): dictionary is empty''', '["popitem(): dictionary is empty"]');
      end if;
      return jsonb_build_object('content', waymark._py_dict_without(p_dict, v_found -> 0), 'result', jsonb_build_object('$', 'tuple', 'v', v_found));
    when p_method = 'clear' and v_count = 0 then
      return jsonb_build_object('content', '{}'::jsonb, 'result', null);
    when p_method = 'update' and v_count <= 1 or p_method = '__ior__' then
      return jsonb_build_object('content', waymark._py_dict_update(p_dict, coalesce(p_args -> 0, '{}'), p_kwargs), 'result', null);
    when p_method like '\_\_i%' then
      return waymark._py_mutate_unsupported(p_method, p_dict, p_args -> 0);
    else
      return waymark._py_mutate_other(p_method, p_dict);
  end case;
end
$$;

comment on function waymark._py_mutate_dict(text, jsonb, jsonb, jsonb) is
  'A method that changes a dict.';
