-- The method isnumeric of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isnumeric(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(v_text ~ '^[0-9]+$');
  end if;
  return waymark._py_inexact('.isnumeric()');
end
$$;

comment on function waymark._py_method_isnumeric(jsonb) is
  'The Python method isnumeric of ASCII strings.';
