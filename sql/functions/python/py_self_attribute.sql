-- The attribute of a workflow's instance, whose attributes are a dict.
-- Raises: WM501 AttributeError.
create or replace function waymark.py_self_attribute(p_self jsonb, p_name jsonb, p_class jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return coalesce(waymark._py_lookup(p_self, p_name), waymark._raise_python('AttributeError',
    format('''%s'' object has no attribute ''%s''', p_class #>> '{}', p_name #>> '{}')));
end
$$;

comment on function waymark.py_self_attribute(jsonb, jsonb, jsonb) is
  'The attribute of a workflow''s instance.';
