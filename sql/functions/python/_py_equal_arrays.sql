-- Equality of two sequences of the same type, element by element.
-- Raises: WM502 as _py_equal.
create or replace function waymark._py_equal_arrays(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_array_length(p_left) <> jsonb_array_length(p_right) then
    return false;
  elsif p_left = p_right and strpos(p_left::text, '"$"') = 0 then
    return true;
  end if;
  for v_position in 0 .. jsonb_array_length(p_left) - 1 loop
    if not waymark._py_equal(p_left -> v_position, p_right -> v_position, true) then
      return false;
    end if;
  end loop;
  return true;
end
$$;

comment on function waymark._py_equal_arrays(jsonb, jsonb) is
  'Python equality of the elements of two sequences.';
