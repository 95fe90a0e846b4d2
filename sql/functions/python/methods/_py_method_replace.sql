-- The method replace of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_replace(p_receiver jsonb, p_old jsonb, p_new jsonb, p_limit jsonb default '-1') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_limit numeric := waymark._py_int(p_limit);
  v_parts text[];
begin
  if jsonb_typeof(p_receiver) <> 'string' or jsonb_typeof(p_old) <> 'string' or jsonb_typeof(p_new) <> 'string' or p_old = '""' or coalesce(abs(v_limit) > 2147483646, true) then
    return waymark._py_inexact('.replace()');
  elsif v_limit < 0 then
    return to_jsonb(replace(p_receiver #>> '{}', p_old #>> '{}', p_new #>> '{}'));
  end if;
  v_parts := waymark._py_split(p_receiver #>> '{}', p_old #>> '{}');
  if v_limit >= cardinality(v_parts) then
    return to_jsonb(array_to_string(v_parts, p_new #>> '{}'));
  end if;
  return to_jsonb(array_to_string(array_to_string(v_parts[:v_limit::int + 1], p_new #>> '{}')
    || v_parts[v_limit::int + 2:], p_old #>> '{}'));
end
$$;

comment on function waymark._py_method_replace(jsonb, jsonb, jsonb, jsonb) is
  'The Python method replace of strings.';
