-- The operators &, |, ^ and - of two sets; the result has the left one's type. Of equal elements that differ (1 and 1.0) CPython keeps the same one:
-- the left's in a union, in an intersection that of the smaller set, the right's when they are as large.
-- Raises: WM502 for elements whose equality the engine does not know.
create or replace function waymark._py_set_operation(p_operator text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left jsonb := p_left -> 'v';
  v_right jsonb := p_right -> 'v';
  v_elements jsonb;
begin
  case p_operator
    when '|' then
      v_elements := v_left || waymark._py_filter(v_right, v_left, false);
    when '-' then
      v_elements := waymark._py_filter(v_left, v_right, false);
    when '^' then
      v_elements := waymark._py_filter(v_left, v_right, false) || waymark._py_filter(v_right, v_left, false);
    else
      v_elements := case when jsonb_array_length(v_right) > jsonb_array_length(v_left)
        then waymark._py_filter(v_left, v_right, true) else waymark._py_filter(v_right, v_left, true) end;
  end case;
  return jsonb_build_object('$', p_left -> '$', 'v', v_elements);
end
$$;

comment on function waymark._py_set_operation(text, jsonb, jsonb) is
  'Union, difference, symmetric difference or intersection of two Python sets.';
