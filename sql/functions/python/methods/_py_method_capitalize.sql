-- The method capitalize of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_capitalize(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(upper(left(v_text, 1) collate "C") || lower(substr(v_text, 2) collate "C"));
  end if;
  return waymark._py_inexact('.capitalize()');
end
$$;

comment on function waymark._py_method_capitalize(jsonb) is
  'The Python method capitalize of ASCII strings.';
