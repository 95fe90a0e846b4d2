-- The method islower of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_islower(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '[a-z]' and v_text !~ '[A-Z]');
  end if;
  return waymark._py_inexact('.islower()');
end
$$;

comment on function waymark._py_method_islower(jsonb) is
  'The Python method islower of ASCII strings.';
