-- The node "mutate": p_object's method on its content. Answers {"result"} and, when the content has changed, {"cell", "content"}.
-- Values that cannot change have no cell: an augmented assignment gives them a new value, all else is CPython's error.
-- Raises: WM501 as the method; WM502 where the exact result is not known.
create or replace function waymark._heap_mutate(p_method text, p_object jsonb, p_args jsonb, p_kwargs jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
declare
  v_content jsonb;
  v_kind text;
  v_change jsonb;
  v_position int;
begin
  if not waymark._heap_is_reference(p_object) then
    return jsonb_build_object('result', waymark._py_mutate_immutable(p_method, p_object, p_args));
  end if;
  v_content := waymark._heap_cell(p_object, p_heap);
  if waymark._is_paged(v_content) then
    v_change := case when p_kwargs = '{}' then waymark._paged_mutate(p_method, v_content, p_args) end;
    v_content := case when v_change is null then waymark._paged_whole(v_content) end;
  end if;
  v_kind := waymark._py_kind(v_content);
  if v_change is not null then
    null;
  elsif v_kind = 'list' and p_method = 'remove' then
    v_position := waymark._py_mutate_find(waymark._heap_pack(v_content, p_heap), p_args);
    v_change := jsonb_build_object('content', v_content - v_position, 'result', null);
  elsif v_kind = 'list' then
    v_change := waymark._py_mutate_list(p_method, v_content, p_args, p_kwargs);
  elsif v_kind = 'dict' then
    v_change := waymark._py_mutate_dict(p_method, v_content, p_args, p_kwargs);
  elsif v_kind = 'set' then
    v_change := waymark._py_mutate_set(p_method, v_content, p_args);
  else
    v_change := waymark._py_mutate_object(p_method, v_content, p_args);
  end if;
  if p_method like '\_\_i%' then
    v_change := v_change || jsonb_build_object('result', p_object);
  end if;
  return case when v_change ? 'content' then v_change || jsonb_build_object('cell', p_object -> '$') else v_change end;
end
$$;

comment on function waymark._heap_mutate(text, jsonb, jsonb, jsonb, jsonb[]) is
  'Changes an object by a method of its type.';
