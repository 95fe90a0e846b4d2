-- A dict of [key, value] pairs in order, as a display makes it: of equal keys the first one stays, in its place, with the last value.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark.py_dict(p_pairs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_keys jsonb;
  v_own jsonb;
  v_dict jsonb;
begin
  if jsonb_path_exists(p_pairs, 'strict $[*][0] ? (@.type() != "string" || @ == "$")') then
    return waymark._py_dict_of_pairs(p_pairs);
  end if;
  v_dict := coalesce((
    select jsonb_object_agg(pair.value ->> 0, pair.value -> 1)
    from jsonb_array_elements(p_pairs) as pair), '{}');
  v_keys := jsonb_path_query_array(p_pairs, '$[*][0]');
  v_own := jsonb_path_query_array(v_dict, '$.keyvalue().key');
  if v_keys = v_own then
    return v_dict;
  elsif jsonb_array_length(v_keys) = jsonb_array_length(v_own) then
    return v_dict || jsonb_build_object('$', v_keys);
  end if;
  return waymark._py_dict_of_pairs(p_pairs);
end
$$;

comment on function waymark.py_dict(jsonb) is
  'The Python dict of an array of [key, value] pairs.';
