-- The Python operator `is`, where one side is None, True or False; the identity of other values is not kept.
-- Raises: WM502 when neither side is one of these.
create or replace function waymark.py_is(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_left) in ('null', 'boolean') or jsonb_typeof(p_right) in ('null', 'boolean') then
    return p_left = p_right;
  end if;
  perform waymark._refuse('`is` between values other than None, True and False', 'Use ==.');
  return null;
end
$$;

comment on function waymark.py_is(jsonb, jsonb) is
  'The Python operator is, for None, True and False.';
