-- The end of every builtin and method for what it does not compute itself, CPython's own errors among them: never returns.
-- Raises: WM502, on which the step has the expression evaluated by a worker.
create or replace function waymark._py_inexact(p_what text) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse(p_what || ' of these values', 'Compute it in an action.');
end
$$;

comment on function waymark._py_inexact(text) is
  'Refuses a call that the engine leaves to CPython.';
