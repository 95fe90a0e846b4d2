-- The method find of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_find(p_receiver jsonb, p_part jsonb, p_start jsonb default 'null', p_stop jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(waymark._py_find(p_receiver, p_part, p_start, p_stop, false));
end
$$;

comment on function waymark._py_method_find(jsonb, jsonb, jsonb, jsonb) is
  'The Python method find of strings.';
