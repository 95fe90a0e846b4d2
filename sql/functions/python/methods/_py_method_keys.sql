-- The method keys of dicts.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_keys(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'dict' then
    return waymark._py_iterator(waymark.py_iter(p_receiver));
  end if;
  return waymark._py_inexact('.keys()');
end
$$;

comment on function waymark._py_method_keys(jsonb) is
  'The Python method keys of dicts.';
