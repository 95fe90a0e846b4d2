-- A call of a function of the library (waymark/ir/library.py): arguments are a list, keyword arguments a dict. Dispatches on the name; what is not here,
-- CPython computes.
-- Raises: WM502 for every function that has no exact form here.
create or replace function waymark.py_call(p_name jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse(format('%s()', p_name #>> '{}'), 'Compute it in an action.');
end
$$;

comment on function waymark.py_call(jsonb, jsonb, jsonb) is
  'The call of a Python function by its name in the library.';
