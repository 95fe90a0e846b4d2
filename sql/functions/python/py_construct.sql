-- The construction of an instance of a user's class, whose validators, defaults and __init__ only CPython can run.
-- Raises: WM502, always.
create or replace function waymark.py_construct(p_class jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._refuse(format('%s()', p_class #>> '{}'), 'Compute it in an action.');
end
$$;

comment on function waymark.py_construct(jsonb, jsonb, jsonb) is
  'The construction of an instance of a Python class.';
