-- The method removeprefix of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_removeprefix(p_receiver jsonb, p_prefix jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' and jsonb_typeof(p_prefix) = 'string' then
    return to_jsonb(case when starts_with(p_receiver #>> '{}', p_prefix #>> '{}') then substr(p_receiver #>> '{}', length(p_prefix #>> '{}') + 1)
      else p_receiver #>> '{}' end);
  end if;
  return waymark._py_inexact('.removeprefix()');
end
$$;

comment on function waymark._py_method_removeprefix(jsonb, jsonb) is
  'The Python method removeprefix of strings.';
