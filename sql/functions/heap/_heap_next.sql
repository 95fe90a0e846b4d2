-- The element of an iterator (waymark._heap_iter) at a position from 0; SQL null when it is exhausted.
-- Raises: WM501 RuntimeError for a dict or set that has grown or shrunk meanwhile; WM502 when its keys are others.
create or replace function waymark._heap_next(p_iterator jsonb, p_index int, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
declare
  v_content jsonb;
  v_keys jsonb;
begin
  if jsonb_typeof(p_iterator) = 'object' and jsonb_typeof(p_iterator -> '$') = 'number' then
    v_content := waymark._heap_cell(p_iterator, p_heap);
    return case when waymark._is_paged(v_content) then waymark._paged_item(v_content, to_jsonb(p_index)) else v_content -> p_index end;
  elsif p_iterator ->> '$' is distinct from 'keys' then
    return waymark._py_iterate(p_iterator, p_index);
  end if;
  v_content := waymark._heap_cell(p_iterator -> 'of', p_heap);
  if waymark._is_paged(v_content) and v_content -> 'keys' = coalesce(p_iterator -> 'seen', to_jsonb(waymark._paged_digest((p_iterator -> 'v')::text))) then
    return waymark._py_iterate(p_iterator -> 'v', p_index);
  end if;
  v_content := waymark._paged_whole(v_content);
  p_iterator := p_iterator || jsonb_build_object('v', waymark._paged_whole(p_iterator -> 'v'));
  v_keys := case when waymark._py_kind(v_content) = 'set' then v_content -> 'v' else waymark.py_iter(v_content) end;
  if jsonb_array_length(v_keys) <> jsonb_array_length(p_iterator -> 'v') then
    return waymark._raise_python('RuntimeError', case waymark._py_kind(v_content)
      when 'set' then 'Set changed size during iteration' else 'dictionary changed size during iteration' end);
  elsif v_keys <> p_iterator -> 'v' then
    return waymark._refuse('a loop over a dict or set whose keys have been replaced', 'Loop over a list of its keys.');
  end if;
  return p_iterator -> 'v' -> p_index;
end
$$;

comment on function waymark._heap_next(jsonb, int, jsonb[]) is
  'The element of an iterator at a position, null when it is exhausted.';
