-- The Python operator ==.
-- Raises: WM502 where equality depends on identity or on code the engine does not know.
create or replace function waymark.py_eq(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  -- Plain numbers compare by value, as in Python: a float's shortest digits order as the float itself does.
  if jsonb_typeof(p_left) in ('number', 'string', 'null') and jsonb_typeof(p_right) in ('number', 'string', 'null') then
    return p_left = p_right;
  end if;
  return waymark._py_equal(p_left, p_right, false);
end
$$;

comment on function waymark.py_eq(jsonb, jsonb) is
  'The Python operator ==.';
