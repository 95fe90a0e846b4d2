-- A dict with a value for a key: an equal key stays, with its place; a new one comes last.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark._py_dict_store(p_dict jsonb, p_key jsonb, p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_position int;
begin
  if p_dict ->> '$' is distinct from 'dict' then
    if jsonb_typeof(p_key) = 'string' and p_key <> '"$"' and p_dict ? (p_key #>> '{}') then
      return p_dict || jsonb_build_object(p_key #>> '{}', p_value);
    end if;
    perform waymark._py_lookup(p_dict, p_key);
  else
    v_position := waymark._py_position(jsonb_path_query_array(p_dict, '$.v[*][0]'), p_key);
    if v_position is not null then
      return jsonb_set(p_dict, array['v', v_position::text, '1'], p_value);
    end if;
  end if;
  return waymark.py_dict(waymark._py_pairs(p_dict) || jsonb_build_array(jsonb_build_array(p_key, p_value)));
end
$$;

comment on function waymark._py_dict_store(jsonb, jsonb, jsonb) is
  'A dict with a value for a key.';
