-- Where list.remove finds its argument. Raises: WM501 ValueError; WM502 as ==.
create or replace function waymark._py_mutate_find(p_list jsonb, p_args jsonb) returns int
language plpgsql stable parallel safe
as $$
begin
  if jsonb_array_length(p_args) <> 1 then
    perform waymark._py_mutate_arity('remove', 'list');
  end if;
  for i in 0..jsonb_array_length(p_list) - 1 loop
    if waymark._py_equal(p_list -> i, p_args -> 0, true) then
      return i;
    end if;
  end loop;
  perform waymark._raise_python('ValueError', 'list.remove(x): x not in list');
  return null;
end
$$;

comment on function waymark._py_mutate_find(jsonb, jsonb) is
  'The position of the first element of a list that equals the argument of remove.';
