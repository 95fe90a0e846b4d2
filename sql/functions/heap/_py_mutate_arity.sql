-- A mutator that is called with a number of arguments that its type does not take.
create or replace function waymark._py_mutate_arity(p_method text, p_type text) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse(format('%s.%s with these arguments', p_type, p_method), 'Give it the arguments that Python expects.');
end
$$;

comment on function waymark._py_mutate_arity(text, text) is
  'Refuses a mutator with a wrong number of arguments.';
