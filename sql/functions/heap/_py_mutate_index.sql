-- The position from 0 that an index of a list means to a method: 'insert' takes any, 'pop' and 'store' (assignment, deletion) one that exists.
-- Raises: WM501 IndexError, TypeError; WM502 for a user's class as the index.
create or replace function waymark._py_mutate_index(p_index jsonb, p_length int, p_use text) returns int
language plpgsql stable parallel safe
as $$
declare
  v_index numeric := waymark._py_int(p_index);
begin
  if v_index is null and waymark._py_is_foreign(p_index) then
    perform waymark._refuse('an index that is a ' || waymark._py_type_name(p_index), 'Use an int.');
  elsif v_index is null then
    perform waymark._raise_python('TypeError', case p_use
      when 'store' then format('list indices must be integers or slices, not %s', waymark._py_type_name(p_index))
      else format('''%s'' object cannot be interpreted as an integer', waymark._py_type_name(p_index)) end);
  elsif v_index not between -9223372036854775808 and 9223372036854775807 then
    perform case p_use
      when 'store' then waymark._raise_python('IndexError', 'cannot fit ''int'' into an index-sized integer')
      else waymark._raise_python('OverflowError', 'Python int too large to convert to C ssize_t') end;
  end if;
  if p_use = 'insert' then
    return least(greatest(case when v_index < 0 then v_index + p_length else v_index end, 0), p_length);
  elsif p_use = 'pop' and p_length = 0 then
    perform waymark._raise_python('IndexError', 'pop from empty list');
  end if;
  v_index := case when v_index < 0 then v_index + p_length else v_index end;
  if v_index < 0 or v_index >= p_length then
    perform waymark._raise_python('IndexError', case p_use when 'pop' then 'pop index out of range' else 'list assignment index out of range' end);
  end if;
  return v_index;
end
$$;

comment on function waymark._py_mutate_index(jsonb, int, text) is
  'The position that an index of a list means to a method.';
