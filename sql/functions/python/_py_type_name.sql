-- The name of a value's type as CPython's own error messages give it.
create or replace function waymark._py_type_name(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
begin
  return case
    when v_kind in ('datetime', 'date', 'time', 'timedelta', 'timezone') then 'datetime.' || v_kind
    when v_kind = 'zone' then 'zoneinfo.ZoneInfo'
    when v_kind = 'decimal' then 'decimal.Decimal'
    when v_kind = 'uuid' then 'UUID'
    when v_kind in ('enum', 'exception', 'path') then regexp_replace(p_value ->> 'type', '^.*[:.]', '')
    when v_kind = 'object' then regexp_replace(p_value ->> '$', '^.*[:.]', '')
    else v_kind
  end;
end
$$;

comment on function waymark._py_type_name(jsonb) is
  'The type name that CPython''s error messages give for a value.';
