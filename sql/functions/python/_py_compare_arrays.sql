-- Orders two sequences: by the first elements that differ, else by length.
-- Raises: WM501 TypeError and WM502 from those elements.
create or replace function waymark._py_compare_arrays(p_operator text, p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  for v_position in 0 .. least(jsonb_array_length(p_left), jsonb_array_length(p_right)) - 1 loop
    if not waymark._py_equal(p_left -> v_position, p_right -> v_position, true) then
      return waymark._py_compare(p_operator, p_left -> v_position, p_right -> v_position);
    end if;
  end loop;
  return waymark._py_compare(p_operator, to_jsonb(jsonb_array_length(p_left)), to_jsonb(jsonb_array_length(p_right)));
end
$$;

comment on function waymark._py_compare_arrays(text, jsonb, jsonb) is
  'The Python operators <, <=, > and >= of two sequences.';
