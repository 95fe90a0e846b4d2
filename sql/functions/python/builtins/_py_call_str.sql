-- The function str.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_str(p_value jsonb default '""') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(waymark._py_text_exact(p_value));
end
$$;

comment on function waymark._py_call_str(jsonb) is
  'The Python str(value).';
