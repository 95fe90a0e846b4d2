-- The method isupper of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isupper(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '[A-Z]' and v_text !~ '[a-z]');
  end if;
  return waymark._py_inexact('.isupper()');
end
$$;

comment on function waymark._py_method_isupper(jsonb) is
  'The Python method isupper of ASCII strings.';
