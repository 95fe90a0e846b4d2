-- The methods union, intersection, difference and symmetric_difference of sets, as the operators |, &, - and ^ with the set of each iterable.
-- Raises: WM502 for a receiver that is no set, and for arguments the engine cannot iterate.
create or replace function waymark._py_set_method(p_operator text, p_receiver jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_result jsonb := p_receiver;
begin
  if waymark._py_kind(p_receiver) not in ('set', 'frozenset') or p_operator = '^' and jsonb_array_length(p_args) <> 1 then
    return waymark._py_inexact('a method of sets');
  end if;
  for v_place in 0 .. jsonb_array_length(p_args) - 1 loop
    v_result := waymark._py_set_operation(p_operator, v_result, waymark._py_call_set(p_args -> v_place));
  end loop;
  return v_result;
end
$$;

comment on function waymark._py_set_method(text, jsonb, jsonb) is
  'The methods of sets that take iterables.';
