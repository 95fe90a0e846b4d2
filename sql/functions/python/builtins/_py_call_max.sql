-- The function max.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_max(p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_extreme('max()', -1, p_args, p_kwargs);
end
$$;

comment on function waymark._py_call_max(jsonb, jsonb) is
  'The Python max(…).';
