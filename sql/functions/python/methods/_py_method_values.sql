-- The method values of dicts.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_values(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'dict' then
    return waymark._py_iterator(jsonb_path_query_array(waymark._py_pairs(p_receiver), 'strict $[*][1]'));
  end if;
  return waymark._py_inexact('.values()');
end
$$;

comment on function waymark._py_method_values(jsonb) is
  'The Python method values of dicts.';
