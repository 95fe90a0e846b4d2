-- The methods that change a list: {"content": the new elements, if they have changed, "result"}. `sort` is given the sorted elements, or null before
-- they are known, for CPython's error when it is no list.
-- Raises: WM501 as CPython; WM502 for methods and arguments that are not computed.
create or replace function waymark._py_mutate_list(p_method text, p_list jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_length int := jsonb_array_length(p_list);
  v_count int := jsonb_array_length(p_args);
  v_index int;
begin
  if p_kwargs <> '{}' then
    return waymark._py_mutate_arity(p_method, 'list');
  end if;
  case
    when p_method = 'append' and v_count = 1 then
      return jsonb_build_object('content', p_list || jsonb_build_array(p_args -> 0), 'result', null);
    when p_method in ('extend', '__iadd__') and v_count = 1 then
      return jsonb_build_object('content', p_list || waymark.py_list(p_args -> 0), 'result', null);
    when p_method = '__imul__' then
      return jsonb_build_object('content', waymark._py_repeat('list', p_list, p_args -> 0));
    when p_method = 'insert' and v_count = 2 then
      v_index := waymark._py_mutate_index(p_args -> 0, v_length, 'insert');
      return jsonb_build_object('content', waymark._py_splice(p_list, v_index, 0, jsonb_build_array(p_args -> 1)), 'result', null);
    when p_method = 'pop' and v_count <= 1 then
      v_index := waymark._py_mutate_index(coalesce(p_args -> 0, '-1'), v_length, 'pop');
      return jsonb_build_object('content', p_list - v_index, 'result', p_list -> v_index);
    when p_method = 'clear' and v_count = 0 then
      return jsonb_build_object('content', '[]'::jsonb, 'result', null);
    when p_method = 'reverse' and v_count = 0 then
      return jsonb_build_object('content', coalesce((
        select jsonb_agg(item.value order by item.position desc)
        from jsonb_array_elements(p_list) with ordinality as item (value, position)), '[]'), 'result', null);
    when p_method = 'sort' and p_args = '[null]' then
      return jsonb '{"result": null}';
    when p_method = 'sort' and v_count = 1 then
      return jsonb_build_object('content', p_args -> 0, 'result', null);
    when p_method = '__setitem__' and v_count = 2 then
      v_index := waymark._py_mutate_index(p_args -> 0, v_length, 'store');
      return jsonb_build_object('content', jsonb_set(p_list, array[v_index::text], p_args -> 1), 'result', null);
    when p_method = '__delitem__' and v_count = 1 then
      return jsonb_build_object('content', p_list - waymark._py_mutate_index(p_args -> 0, v_length, 'store'), 'result', null);
    when p_method in ('__setitem__', '__delitem__') then
      return jsonb_build_object('content', waymark._py_mutate_slice(p_list, p_args), 'result', null);
    when p_method like '\_\_i%' then
      return waymark._py_mutate_unsupported(p_method, p_list, p_args -> 0);
    else
      return waymark._py_mutate_other(p_method, p_list);
  end case;
end
$$;

comment on function waymark._py_mutate_list(text, jsonb, jsonb, jsonb) is
  'A method that changes a list.';
