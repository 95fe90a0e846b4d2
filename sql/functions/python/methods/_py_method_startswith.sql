-- The method startswith of strings: one prefix, or a tuple of them.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_startswith(p_receiver jsonb, p_affix jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_options jsonb := case p_affix ->> '$' when 'tuple' then p_affix -> 'v' else jsonb_build_array(p_affix) end;
begin
  if jsonb_typeof(p_receiver) = 'string' and not jsonb_path_exists(v_options, 'strict $[*] ? (@.type() != "string")') then
    return to_jsonb(exists (select from jsonb_array_elements(v_options) as option (value) where starts_with(p_receiver #>> '{}', option.value #>> '{}')));
  end if;
  return waymark._py_inexact('.startswith()');
end
$$;

comment on function waymark._py_method_startswith(jsonb, jsonb) is
  'The Python method startswith of strings.';
