-- The method strip of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_strip(p_receiver jsonb, p_characters jsonb default 'null') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' and jsonb_typeof(p_characters) in ('string', 'null') then
    return to_jsonb(btrim(p_receiver #>> '{}', coalesce(p_characters #>> '{}', waymark._py_spaces())));
  end if;
  return waymark._py_inexact('.strip()');
end
$$;

comment on function waymark._py_method_strip(jsonb, jsonb) is
  'The Python method strip of strings.';
