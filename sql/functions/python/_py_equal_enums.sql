-- Equality where at least one side is an Enum member: by identity, that is type and name. A member whose class also derives from int or str equals
-- its value too, and the encoding does not say whether it does.
-- Raises: WM502 when the values are equal and the classes are not.
create or replace function waymark._py_equal_enums(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_both boolean := waymark._py_kind(p_left) = 'enum' and waymark._py_kind(p_right) = 'enum';
begin
  if v_both and p_left ->> 'type' = p_right ->> 'type' then
    return p_left = p_right;
  elsif waymark._py_equal(
    case when waymark._py_kind(p_left) = 'enum' then p_left -> 'value' else p_left end,
    case when waymark._py_kind(p_right) = 'enum' then p_right -> 'value' else p_right end, true) then
    perform waymark._refuse('comparison of an Enum member with its own value', 'Compare the member''s .value.');
  end if;
  return false;
end
$$;

comment on function waymark._py_equal_enums(jsonb, jsonb) is
  'Python equality of an Enum member and any other value.';
