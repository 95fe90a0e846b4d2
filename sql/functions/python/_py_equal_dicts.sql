-- Equality of two dicts, whatever their encodings and orders; also of the fields of two objects.
-- Raises: WM502 as _py_equal.
create or replace function waymark._py_equal_dicts(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_left jsonb := waymark._py_pairs(p_left);
  v_right jsonb := waymark._py_pairs(p_right);
  v_keys jsonb;
  v_pair jsonb;
  v_position int;
begin
  if jsonb_array_length(v_left) <> jsonb_array_length(v_right) then
    return false;
  elsif p_left ->> '$' is distinct from 'dict' and p_right ->> '$' is distinct from 'dict' then
    for v_pair in select value from jsonb_array_elements(v_left) loop
      if not p_right ? (v_pair ->> 0) or not waymark._py_equal(v_pair -> 1, p_right -> (v_pair ->> 0), true) then
        return false;
      end if;
    end loop;
    return true;
  end if;
  v_keys := waymark.py_iter(p_right);
  for v_pair in select value from jsonb_array_elements(v_left) loop
    v_position := waymark._py_position(v_keys, v_pair -> 0);
    if v_position is null or not waymark._py_equal(v_pair -> 1, v_right -> v_position -> 1, true) then
      return false;
    end if;
  end loop;
  return true;
end
$$;

comment on function waymark._py_equal_dicts(jsonb, jsonb) is
  'Python equality of two dicts.';
