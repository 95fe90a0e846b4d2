-- The value a dict has for a key; SQL null when it has none. Keys are one when Python calls them equal: 1, 1.0 and True.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark._py_lookup(p_dict jsonb, p_key jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_dict ->> '$' = 'dict' then
    return p_dict -> 'v' -> waymark._py_position(jsonb_path_query_array(p_dict, '$.v[*][0]'), p_key) -> 1;
  elsif jsonb_typeof(p_key) = 'string' then
    return case when p_key <> '"$"' then p_dict -> (p_key #>> '{}') end;
  elsif p_key ->> '$' = 'enum' and p_dict ? (p_key ->> 'value') then
    perform waymark._py_equal_enums(p_key, p_key -> 'value');
  end if;
  perform waymark._py_key(p_key);
  return null;
end
$$;

comment on function waymark._py_lookup(jsonb, jsonb) is
  'The value a dict has for a key, SQL null when it has none.';
