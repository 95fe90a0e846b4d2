-- What ** does in a display: the items of a dict and those of a mapping after them; a key keeps its first place and takes its last value.
-- Raises: WM502 for a right side that is no dict.
create or replace function waymark.py_dict_merge(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_right) <> 'dict' then
    return waymark._py_inexact('** in a display');
  elsif p_left = '{}' then
    return p_right;
  elsif p_right = '{}' then
    return p_left;
  end if;
  return waymark.py_dict(waymark._py_pairs(p_left) || waymark._py_pairs(p_right));
end
$$;

comment on function waymark.py_dict_merge(jsonb, jsonb) is
  'The Python dict {**left, **right}.';
