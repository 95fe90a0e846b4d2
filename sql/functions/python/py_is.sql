-- The Python operator `is`, where one side is None, True, False, a class or the ellipsis; the identity of other values is not kept.
-- Raises: WM502 for any others.
create or replace function waymark.py_is(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_left) in ('null', 'boolean') or jsonb_typeof(p_right) in ('null', 'boolean') then
    return p_left = p_right;
  elsif '{class,ellipsis}' ::text[] @> array[waymark._py_kind(p_left)] or '{class,ellipsis}' ::text[] @> array[waymark._py_kind(p_right)] then
    return p_left = p_right;
  end if;
  perform waymark._refuse('`is` between values other than None, True and False', 'Use ==.');
  return null;
end
$$;

comment on function waymark.py_is(jsonb, jsonb) is
  'The Python operator is, for None, True, False, classes and the ellipsis.';
