-- The IR form "walk": what a loop walks. A list stays a reference, so that the loop sees what happens to it; of a dict or set, the keys are
-- kept with it: {"$": "keys", "of": reference, "v": keys}.
create or replace function waymark._heap_iter(p_value jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_content jsonb := waymark._heap_load(p_value, p_heap);
begin
  if not waymark._heap_is_reference(p_value) then
    return waymark.py_iter(v_content);
  elsif jsonb_typeof(v_content) = 'array' then
    return p_value;
  end if;
  return jsonb_build_object('$', 'keys', 'of', p_value, 'v', waymark.py_iter(v_content));
end
$$;

comment on function waymark._heap_iter(jsonb, jsonb[]) is
  'What a loop over an object walks.';
