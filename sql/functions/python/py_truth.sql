-- The truth of a value, as `if` sees it. Instances of users' classes are true, unless the class says more of it.
-- Raises: WM502 for a class with its own __bool__ or __len__, and for an Enum member with a false value, whose class may derive from that value's type.
create or replace function waymark.py_truth(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'boolean' then
      return p_value::boolean;
    when 'string' then
      return p_value <> '""';
    when 'number' then
      return p_value <> '0';
    when 'array' then
      return p_value <> '[]';
    when 'null' then
      return false;
    else
      null;
  end case;
  case waymark._py_kind(p_value)
    when 'dict' then
      return p_value <> '{}';
    when 'tuple', 'set', 'frozenset' then
      return p_value -> 'v' <> '[]';
    when 'bytes' then
      return p_value ->> 'v' <> '';
    when 'float', 'decimal' then
      return waymark._py_number(p_value) <> 0;
    when 'paged' then
      return p_value -> 'length' <> '0';
    when 'range' then
      return waymark._py_range_length(p_value) > 0;
    when 'timedelta' then
      return p_value -> 'v' <> '[0, 0, 0]';
    when 'enum', 'object', 'exception' then
      if waymark._py_has_own(p_value, 'truth') then
        perform waymark._refuse(format('the truth of %s, which its class defines itself', waymark._py_type_name(p_value)),
          'Compare with None, or test an attribute.');
      elsif waymark._py_kind(p_value) = 'enum' and not waymark.py_truth(p_value -> 'value') then
        perform waymark._refuse('the truth of an Enum member with a false value', 'Test the member''s .value, or compare with None.');
      end if;
      return true;
    when 'opaque', 'iterator', 'class', 'complex' then
      perform waymark._refuse('the truth of an iterator, a class, or of a value that could not be encoded', 'Compare with None.');
    else
      null;
  end case;
  return true;
end
$$;

comment on function waymark.py_truth(jsonb) is
  'The truth of a Python value.';
