-- The method get of dicts.
-- Raises: WM501 TypeError for an unhashable key.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_get(p_receiver jsonb, p_key jsonb, p_default jsonb default 'null') returns jsonb
language plpgsql stable
as $$
begin
  if jsonb_typeof(p_key) = 'string' and jsonb_typeof(p_receiver) = 'object' and p_key <> '"$"'
     and (not p_receiver ? '$' or jsonb_typeof(p_receiver -> '$') = 'array') then
    return coalesce(p_receiver -> (p_key #>> '{}'), p_default);
  elsif waymark._is_paged(p_receiver) then
    return coalesce(case when p_receiver ->> 'kind' = 'dict' then waymark._paged_item(p_receiver, p_key) end, case
      when p_receiver ->> 'kind' = 'dict' and waymark._paged_is_key(p_key) then p_default
      else waymark._py_method_get(waymark._paged_whole(p_receiver), p_key, p_default) end);
  elsif waymark._py_kind(p_receiver) = 'dict' then
    return coalesce(waymark._py_lookup(p_receiver, p_key), p_default);
  end if;
  return waymark._py_inexact('.get()');
end
$$;

comment on function waymark._py_method_get(jsonb, jsonb, jsonb) is
  'The Python method get of dicts.';
