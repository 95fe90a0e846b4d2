-- A bound or the step of a slice as a number, SQL null for None. Raises: WM501 TypeError; WM502 for a user's class.
create or replace function waymark._py_slice_part(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_number numeric := waymark._py_int(p_value);
begin
  if v_number is null and p_value <> 'null' then
    if waymark._py_is_foreign(p_value) then
      perform waymark._refuse('a slice with a ' || waymark._py_type_name(p_value), 'Use ints.');
    end if;
    perform waymark._raise_python('TypeError', 'slice indices must be integers or None or have an __index__ method');
  end if;
  return v_number;
end
$$;

comment on function waymark._py_slice_part(jsonb) is
  'A bound or the step of a slice, null for None.';
