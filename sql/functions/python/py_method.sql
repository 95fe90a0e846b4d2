-- A call of a method without effect (waymark/ir/library.py): arguments are a list, keyword arguments a dict. Dispatches on the receiver and the name;
-- what is not here, CPython computes.
-- Raises: WM502 for every method that has no exact form here.
create or replace function waymark.py_method(p_receiver jsonb, p_name jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse(format('%s.%s()', waymark._py_type_name(p_receiver), p_name #>> '{}'), 'Compute it in an action.');
end
$$;

comment on function waymark.py_method(jsonb, jsonb, jsonb, jsonb) is
  'The call of a Python method that changes nothing.';
