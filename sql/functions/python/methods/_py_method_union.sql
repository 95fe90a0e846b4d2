-- The method union of sets.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_union(p_receiver jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_set_method('|', p_receiver, p_args);
end
$$;

comment on function waymark._py_method_union(jsonb, jsonb) is
  'The Python method union of sets.';
