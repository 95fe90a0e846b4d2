-- The `__name__` of a value's type.
-- Raises: WM502 where the encoding does not say it: what could not be encoded, and generic models.
create or replace function waymark.py_type_name(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_name text := regexp_replace(waymark._py_type_name(p_value), '^(datetime|decimal|zoneinfo)\.', '');
begin
  if v_kind in ('opaque', 'callable', 'class', 'iterator') or v_name ~ '[^\w]' or position('[' in coalesce(p_value ->> 'type', p_value ->> '$', '')) > 0 then
    return waymark._refuse('type()', 'Compute it in an action.');
  end if;
  return to_jsonb(v_name);
end
$$;

comment on function waymark.py_type_name(jsonb) is
  'The name of a value''s type.';
