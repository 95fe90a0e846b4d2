-- Whether a value is None.
create or replace function waymark.py_is_none(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return jsonb_typeof(p_value) = 'null';
end
$$;

comment on function waymark.py_is_none(jsonb) is
  'Whether a Python value is None.';
