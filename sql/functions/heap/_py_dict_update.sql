-- A dict with the items of a dict or of an iterable of pairs, then those of keyword arguments.
-- Raises: WM501 TypeError, ValueError when the first pair is none; WM502 when a later one is: what came before it would have been stored.
create or replace function waymark._py_dict_update(p_dict jsonb, p_other jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_pairs jsonb;
  v_pair jsonb;
begin
  if waymark._py_kind(p_other) = 'dict' then
    v_pairs := waymark._py_pairs(p_other);
  else
    v_pairs := '[]';
    for v_pair in select value from jsonb_array_elements(waymark.py_list(p_other)) loop
      if waymark._py_kind(v_pair) = 'tuple' then
        v_pair := v_pair -> 'v';
      end if;
      if jsonb_typeof(v_pair) <> 'array' or jsonb_array_length(v_pair) <> 2 then
        return waymark._refuse('an update from something else than a dict or a list of pairs', 'Give it a dict.');
      end if;
      v_pairs := v_pairs || jsonb_build_array(v_pair);
    end loop;
  end if;
  for v_pair in select value from jsonb_array_elements(v_pairs || waymark._py_pairs(p_kwargs)) loop
    p_dict := waymark._py_dict_store(p_dict, v_pair -> 0, v_pair -> 1);
  end loop;
  return p_dict;
end
$$;

comment on function waymark._py_dict_update(jsonb, jsonb, jsonb) is
  'A dict with further items.';
