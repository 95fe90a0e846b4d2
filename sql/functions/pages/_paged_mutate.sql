-- The methods that change a paged list or dict by some of its pages: {"content", "result"} as waymark._heap_mutate; SQL null for all others, and for
-- all errors, which take the whole value.
create or replace function waymark._paged_mutate(p_method text, p_paged jsonb, p_args jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_count int := jsonb_array_length(p_args);
  v_key jsonb := p_args -> 0;
  v_length int := (p_paged -> 'length')::int;
  v_found jsonb;
begin
  if p_paged ->> 'kind' = 'list' and p_method = 'append' and v_count = 1 then
    return jsonb_build_object('content', waymark._paged_append(p_paged, jsonb_build_array(v_key)), 'result', null);
  elsif p_paged ->> 'kind' = 'list' and p_method in ('extend', '__iadd__') and v_count = 1 and jsonb_typeof(v_key) = 'array' then
    return jsonb_build_object('content', waymark._paged_append(p_paged, v_key), 'result', null);
  elsif p_method = '__setitem__' and v_count = 2 and p_paged ->> 'kind' = 'dict' and waymark._paged_is_key(v_key) then
    return jsonb_build_object('content', waymark._paged_store(p_paged, v_key, p_args -> 1), 'result', null);
  end if;
  if p_method not in ('__setitem__', '__delitem__', 'pop', 'setdefault') or v_count > 2 then
    return null;
  end if;
  v_key := case when p_paged ->> 'kind' = 'list' and p_method = 'pop' then coalesce(v_key, '-1') else v_key end;
  v_found := waymark._paged_item(p_paged, v_key);
  if v_found is null then
    return null;
  elsif p_paged ->> 'kind' = 'dict' and p_method = 'setdefault' then
    return jsonb_build_object('result', v_found);
  elsif p_paged ->> 'kind' = 'dict' and p_method in ('__delitem__', 'pop') then
    return jsonb_build_object('content', waymark._paged_without(p_paged, v_key), 'result', v_found);
  elsif p_paged ->> 'kind' = 'dict' or p_method = 'setdefault' then
    return null;
  elsif p_method = '__setitem__' and v_count = 2 then
    return jsonb_build_object('content', waymark._paged_replace(p_paged, v_key::int, p_args -> 1), 'result', null);
  elsif v_count < 2 and p_method in ('pop', '__delitem__') and v_key in ('-1', to_jsonb(v_length - 1)) then
    return jsonb_build_object('content', waymark._paged_shorten(p_paged), 'result', v_found);
  end if;
  return null;
end
$$;

comment on function waymark._paged_mutate(text, jsonb, jsonb) is
  'Changes a paged list or dict by some of its pages.';
