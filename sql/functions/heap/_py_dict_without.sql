-- A dict without a key that it has.
create or replace function waymark._py_dict_without(p_dict jsonb, p_key jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_pairs jsonb := waymark._py_pairs(p_dict);
begin
  return waymark.py_dict(v_pairs - waymark._py_position(jsonb_path_query_array(v_pairs, '$[*][0]'), p_key));
end
$$;

comment on function waymark._py_dict_without(jsonb, jsonb) is
  'A dict without one of its keys.';
