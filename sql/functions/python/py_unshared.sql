-- What a new instance is handed, where objects of it are changed later: a change under one name would not be seen under the other.
-- Raises: WM502 for all but the values that never change; p_inside: for all but containers of such values.
create or replace function waymark.py_unshared(p_value jsonb, p_inside jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_parts jsonb := case
    when p_inside = 'false' then jsonb_build_array(p_value)
    when waymark._py_kind(p_value) = 'dict' then jsonb_path_query_array(waymark._py_pairs(p_value), 'strict $[*][1]')
    else waymark.py_list(p_value)
  end;
begin
  if jsonb_path_exists(v_parts, 'strict $[*] ? (@.type() == "array" || (@.type() == "object" && !(@."$" == "float" || @."$" == "str" || @."$" == "enum"
      || @."$" == "bytes" || @."$" == "datetime" || @."$" == "date" || @."$" == "decimal" || @."$" == "uuid" || @."$" == "timedelta")))') then
    return waymark._py_inexact('an instance');
  end if;
  return p_value;
end
$$;

comment on function waymark.py_unshared(jsonb, jsonb) is
  'What a new instance is handed, if nothing can change it.';
