-- The method lower of ASCII strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_lower(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := waymark._py_ascii(p_receiver);
begin
  if v_text is not null then
    return to_jsonb(lower(v_text collate "C"));
  end if;
  return waymark._py_inexact('.lower()');
end
$$;

comment on function waymark._py_method_lower(jsonb) is
  'The Python method lower of ASCII strings.';
