-- The method swapcase of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_swapcase(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(translate(v_text, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'));
  end if;
  return waymark._py_inexact('.swapcase()');
end
$$;

comment on function waymark._py_method_swapcase(jsonb) is
  'The Python method swapcase of ASCII strings.';
