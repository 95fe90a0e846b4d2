-- Whether two normalized keys are one. A member of an Enum that also derives from int or str equals its value, and its encoding does not
-- say whether it does.
-- Raises: WM502 for an Enum member beside its own value.
create or replace function waymark._py_same_key(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if p_left = p_right then
    return true;
  elsif (p_left ->> '$' = 'enum' or p_right ->> '$' = 'enum') and p_left ->> 'type' is distinct from p_right ->> 'type' then
    perform waymark._py_equal(p_left, p_right, true);
  end if;
  return false;
end
$$;

comment on function waymark._py_same_key(jsonb, jsonb) is
  'Whether two normalized keys are the same key.';
