-- The method rpartition of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_rpartition(p_receiver jsonb, p_separator jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_place int;
begin
  if jsonb_typeof(p_receiver) <> 'string' or jsonb_typeof(p_separator) <> 'string' or p_separator = '""' then
    return waymark._py_inexact('.rpartition()');
  end if;
  v_place := waymark._py_find(p_receiver, p_separator, null, null, true);
  return jsonb_build_object('$', 'tuple', 'v', case
    when v_place < 0 then jsonb_build_array('', '', p_receiver)
    else jsonb_build_array(left(p_receiver #>> '{}', v_place), p_separator,
      substr(p_receiver #>> '{}', v_place + 1 + length(p_separator #>> '{}'))) end);
end
$$;

comment on function waymark._py_method_rpartition(jsonb, jsonb) is
  'The Python method rpartition of strings.';
