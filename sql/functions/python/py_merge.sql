-- What ** does: the items of a dict and those of a second one after them; in a display (p_callee is None) a key keeps its first place and takes its last
-- value, in a call, where p_callee is the name of the function, it must not come twice.
-- Raises: WM502 for a right side that is no dict, and in a call for a key that is no string or comes twice.
create or replace function waymark.py_merge(p_left jsonb, p_right jsonb, p_callee jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_dict jsonb;
begin
  if waymark._py_kind(p_right) <> 'dict' then
    return waymark._py_inexact('**');
  end if;
  v_dict := case '{}'::jsonb when p_left then p_right when p_right then p_left
    else waymark.py_dict(waymark._py_pairs(p_left) || waymark._py_pairs(p_right)) end;
  if p_callee <> 'null' and (v_dict ->> '$' = 'dict' or jsonb_array_length(waymark.py_iter(v_dict))
     < jsonb_array_length(waymark.py_iter(p_left)) + jsonb_array_length(waymark.py_iter(p_right))) then
    return waymark._py_inexact('**');
  end if;
  return v_dict;
end
$$;

comment on function waymark.py_merge(jsonb, jsonb, jsonb) is
  'The items that ** adds to a dict display or to the keywords of a call.';
