-- The method get of dicts.
-- Raises: WM501 TypeError for an unhashable key.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_get(p_receiver jsonb, p_key jsonb, p_default jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_key) = 'string' and jsonb_typeof(p_receiver) = 'object' and p_key <> '"$"'
     and (not p_receiver ? '$' or jsonb_typeof(p_receiver -> '$') = 'array') then
    return coalesce(p_receiver -> (p_key #>> '{}'), p_default);
  elsif waymark._py_kind(p_receiver) = 'dict' then
    return coalesce(waymark._py_lookup(p_receiver, p_key), p_default);
  end if;
  return waymark._py_inexact('.get()');
end
$$;

comment on function waymark._py_method_get(jsonb, jsonb, jsonb) is
  'The Python method get of dicts.';
