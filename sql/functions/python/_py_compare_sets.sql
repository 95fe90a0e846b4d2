-- The operators <, <=, > and >= of two sets: proper subset, subset, and the other way round.
create or replace function waymark._py_compare_sets(p_operator text, p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_left int := jsonb_array_length(p_left);
  v_right int := jsonb_array_length(p_right);
begin
  return case p_operator
    when '<' then v_left < v_right and waymark._py_filter(p_left, p_right, false) = '[]'
    when '<=' then v_left <= v_right and waymark._py_filter(p_left, p_right, false) = '[]'
    when '>' then v_left > v_right and waymark._py_filter(p_right, p_left, false) = '[]'
    when '>=' then v_left >= v_right and waymark._py_filter(p_right, p_left, false) = '[]'
  end;
end
$$;

comment on function waymark._py_compare_sets(text, jsonb, jsonb) is
  'The Python operators <, <=, > and >= of two sets.';
