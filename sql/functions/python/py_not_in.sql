-- The Python operator `not in`.
-- Raises: WM501 TypeError, ValueError; WM502.
create or replace function waymark.py_not_in(p_item jsonb, p_container jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return not waymark.py_in(p_item, p_container);
end
$$;

comment on function waymark.py_not_in(jsonb, jsonb) is
  'The Python operator not in.';
