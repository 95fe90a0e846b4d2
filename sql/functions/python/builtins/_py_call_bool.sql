-- The function bool.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_bool(p_value jsonb default 'false') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return to_jsonb(waymark.py_truth(p_value));
end
$$;

comment on function waymark._py_call_bool(jsonb) is
  'The Python bool(value).';
