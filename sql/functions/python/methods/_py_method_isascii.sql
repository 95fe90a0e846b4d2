-- The method isascii of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isascii(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' then
    return to_jsonb(waymark._py_ascii(p_receiver) is not null);
  end if;
  return waymark._py_inexact('.isascii()');
end
$$;

comment on function waymark._py_method_isascii(jsonb) is
  'The Python method isascii of strings.';
