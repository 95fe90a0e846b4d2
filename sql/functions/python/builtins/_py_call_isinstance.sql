-- The function isinstance: classes are callables (docs/internals/ir.md), one or a tuple.
-- Exceptions carry their classes; another instance of a user's class may be one of any class but an exception.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_isinstance(p_value jsonb, p_classes jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_names jsonb := case p_classes ->> '$' when 'tuple' then p_classes -> 'v' else jsonb_build_array(p_classes) end;
  v_known constant jsonb := '["bool", "int", "float", "str", "list", "dict", "tuple", "set", "frozenset", "bytes", "range", "slice", "type",
    "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "uuid.UUID", "decimal.Decimal"]'::jsonb;
  v_bases jsonb := case v_kind
    when 'bool' then '["bool", "int", "object"]'
    when 'datetime' then '["datetime.datetime", "datetime.date", "object"]'
    when 'date' then '["datetime.date", "object"]'
    when 'time' then '["datetime.time", "object"]'
    when 'timedelta' then '["datetime.timedelta", "object"]'
    when 'uuid' then '["uuid.UUID", "object"]'
    when 'decimal' then '["decimal.Decimal", "object"]'
    when 'exception' then p_value -> 'mro'
    when 'object' then jsonb_build_array(p_value -> '$', 'object')
    when 'callable' then '[]'
    else jsonb_build_array(v_kind, 'object')
  end;
begin
  if v_kind in ('class', 'complex', 'ellipsis') or jsonb_path_exists(v_names, 'strict $[*] ? (@.type() != "object")') or not v_names @> '[{"$": "callable"}]' then
    return waymark._py_inexact('isinstance()');
  end if;
  v_names := jsonb_path_query_array(v_names, '$[*].v');
  if v_bases ?| array(select name.value from jsonb_array_elements_text(v_names) as name (value)) then
    return 'true'::jsonb;
  elsif v_kind = 'exception' or not exists (
      select from jsonb_array_elements_text(v_names) as name (value) where waymark._builtin_mro(name.value) is null) then
    return 'false'::jsonb;
  elsif v_kind in ('object', 'enum', 'path', 'opaque', 'callable', 'iterator') or not v_known @> v_names then
    return waymark._py_inexact('isinstance()');
  end if;
  return 'false'::jsonb;
end
$$;

comment on function waymark._py_call_isinstance(jsonb, jsonb) is
  'The Python isinstance(value, classes).';
