-- The IR form "walk": what a loop walks. A list stays a reference, so that the loop sees what happens to it; of a dict or set, the keys are
-- kept with it: {"$": "keys", "of": reference, "v": keys, "seen": the digest of the keys, if they were in pages}.
create or replace function waymark._heap_iter(p_value jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
declare
  v_content jsonb := waymark._heap_held(p_value, p_heap);
begin
  if not waymark._heap_is_reference(p_value) then
    return waymark.py_iter(v_content);
  elsif jsonb_typeof(v_content) = 'array' or v_content ->> 'kind' = 'list' and waymark._is_paged(v_content) then
    return p_value;
  end if;
  return jsonb_build_object('$', 'keys', 'of', p_value, 'v', waymark.py_iter(v_content))
    || case when waymark._is_paged(v_content) then jsonb_build_object('seen', v_content -> 'keys') else '{}' end;
end
$$;

comment on function waymark._heap_iter(jsonb, jsonb[]) is
  'What a loop over an object walks.';
