-- Whether one of a sequence's elements is or equals a value. A plain string is looked for by jsonb's own containment first.
-- Raises: WM502 as _py_equal.
create or replace function waymark._py_in_array(p_item jsonb, p_array jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_item) = 'string' and p_array @> p_item then
    return true;
  end if;
  for v_position in 0 .. jsonb_array_length(p_array) - 1 loop
    if waymark._py_equal(p_array -> v_position, p_item, true) then
      return true;
    end if;
  end loop;
  return false;
end
$$;

comment on function waymark._py_in_array(jsonb, jsonb) is
  'Whether a sequence has an element equal to a value.';
