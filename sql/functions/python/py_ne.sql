-- The Python operator !=.
-- Raises: WM502 where equality depends on identity or on code the engine does not know.
create or replace function waymark.py_ne(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_left) in ('number', 'string', 'null') and jsonb_typeof(p_right) in ('number', 'string', 'null') then
    return p_left <> p_right;
  end if;
  return not waymark._py_equal(p_left, p_right, false);
end
$$;

comment on function waymark.py_ne(jsonb, jsonb) is
  'The Python operator !=.';
