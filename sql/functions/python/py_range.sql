-- range(start, stop, step).
-- Raises: WM501 TypeError, ValueError; WM502 for an Enum member or a user's class, which may be an int.
create or replace function waymark.py_range(p_start jsonb, p_stop jsonb, p_step jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_bound jsonb;
begin
  if jsonb_typeof(p_start) = 'number' and jsonb_typeof(p_stop) = 'number' and jsonb_typeof(p_step) = 'number'
     and scale(p_start::numeric) = 0 and scale(p_stop::numeric) = 0 and scale(p_step::numeric) = 0 and p_step <> '0' then
    return jsonb_build_object('$', 'range', 'v', jsonb_build_array(p_start, p_stop, p_step));
  end if;
  foreach v_bound in array array[p_start, p_stop, p_step] loop
    if waymark._py_int(v_bound) is null then
      if waymark._py_is_foreign(v_bound) then
        return waymark._refuse('a range of ' || waymark._py_type_name(v_bound), 'Use an int.');
      end if;
      return waymark._raise_python('TypeError', format(
        '''%s'' object cannot be interpreted as an integer', waymark._py_type_name(v_bound)));
    end if;
  end loop;
  if waymark._py_int(p_step) = 0 then
    return waymark._raise_python('ValueError', 'range() arg 3 must not be zero');
  end if;
  return jsonb_build_object('$', 'range', 'v', jsonb_build_array(
    waymark._py_int(p_start), waymark._py_int(p_stop), waymark._py_int(p_step)));
end
$$;

comment on function waymark.py_range(jsonb, jsonb, jsonb) is
  'The Python range(start, stop, step).';
