-- The class of a value: a builtin one, or the one that the encoding names.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_type(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
begin
  if v_kind not in ('NoneType', 'bool', 'int', 'float', 'complex', 'str', 'bytes', 'list', 'tuple', 'dict', 'set', 'frozenset', 'range', 'ellipsis', 'enum',
      'exception', 'object') then
    return waymark._py_inexact('type()');
  end if;
  return jsonb_build_object('$', 'class', 'v', case
    when v_kind in ('enum', 'exception') then p_value ->> 'type'
    when v_kind = 'object' then p_value ->> '$'
    else v_kind
  end);
end
$$;

comment on function waymark._py_call_type(jsonb) is
  'The Python type(value).';
