-- The value as one of a type (docs/internals/ir.md, "Types"). SQLSTATEs: WM502.
create or replace function waymark.py_conform(p_value jsonb, p_type jsonb) returns jsonb
language plpgsql stable as $$
begin
  if waymark._conforms(p_value, p_type) then
    return p_value;
  end if;
  return waymark._refuse('a value that has to become ' || p_type::text, 'Send it as the Python value.');
end
$$;
comment on function waymark.py_conform(jsonb, jsonb) is 'The value as one of a type.';
