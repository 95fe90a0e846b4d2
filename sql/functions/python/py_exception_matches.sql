-- Whether an exception is an instance of one of these classes (an array of names).
create or replace function waymark.py_exception_matches(p_exception jsonb, p_classes jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  for v_position in 0 .. jsonb_array_length(p_classes) - 1 loop
    if p_exception -> 'mro' ? (p_classes ->> v_position) then
      return true;
    end if;
  end loop;
  return false;
end
$$;

comment on function waymark.py_exception_matches(jsonb, jsonb) is
  'Whether an exception is an instance of one of the named classes.';
