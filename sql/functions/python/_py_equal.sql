-- Equality of any two values. Inside a container (p_nested) Python takes an object for equal to itself before it asks: for nan the answer
-- then depends on identity, which the encoding does not keep.
-- Raises: WM502 where equality depends on identity or on code the engine does not know.
create or replace function waymark._py_equal(p_left jsonb, p_right jsonb, p_nested boolean) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
  v_number numeric;
begin
  if jsonb_typeof(p_left) in ('number', 'string', 'null') and jsonb_typeof(p_right) in ('number', 'string', 'null') then
    return p_left = p_right;
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool', 'float', 'decimal') and v_right in ('int', 'bool', 'float', 'decimal') then
    v_number := waymark._py_number(p_left);
    if v_number = 'NaN' and p_nested and waymark._py_number(p_right) = 'NaN' then
      perform waymark._refuse('nan beside nan in a container (equal only if it is the same object)', 'Compare the elements one by one.');
    end if;
    return v_number = waymark._py_number(p_right) and v_number <> 'NaN';
  elsif v_left in ('opaque', 'iterator', 'callable', 'complex') or v_right in ('opaque', 'iterator', 'callable', 'complex') then
    perform waymark._refuse('comparison of an iterator, a function, a complex number, or a value that could not be encoded', 'Compare lists.');
  elsif waymark._py_has_own(p_left, 'eq') or waymark._py_has_own(p_right, 'eq') then
    perform waymark._refuse('a comparison that a class defines itself', 'Compare it in an action, or compare attributes.');
  elsif v_left in ('set', 'frozenset') and v_right in ('set', 'frozenset') then
    return jsonb_array_length(p_left -> 'v') = jsonb_array_length(p_right -> 'v')
      and jsonb_array_length(waymark._py_filter(p_left -> 'v', p_right -> 'v', true)) = jsonb_array_length(p_left -> 'v');
  elsif v_left = 'enum' or v_right = 'enum' then
    return waymark._py_equal_enums(p_left, p_right);
  elsif v_left <> v_right then
    return false;
  end if;
  case v_left
    when 'list' then
      return waymark._py_equal_arrays(p_left, p_right);
    when 'tuple' then
      return waymark._py_equal_arrays(p_left -> 'v', p_right -> 'v');
    when 'dict' then
      return waymark._py_equal_dicts(p_left, p_right);
    when 'object' then
      return p_left -> '$' = p_right -> '$'
        and waymark._py_equal_dicts(p_left - '{$,$unset,$own}'::text[], p_right - '{$,$unset,$own}'::text[]);
    when 'range' then
      return waymark._py_key(p_left) = waymark._py_key(p_right);
    when 'datetime', 'time' then
      return waymark._py_order_times(p_left, p_right, true) = 0;
    when 'exception' then
      if p_left -> 'type' = p_right -> 'type' then
        perform waymark._refuse('comparison of two exceptions (equal only if they are the same object)', 'Compare their args.');
      end if;
      return false;
    when 'timezone' then
      return p_left -> 'v' = p_right -> 'v';
    when 'path' then
      return waymark._py_key(p_left) = waymark._py_key(p_right);
    else
      return p_left = p_right;
  end case;
end
$$;

comment on function waymark._py_equal(jsonb, jsonb, boolean) is
  'Python equality of any two values; nested values count as equal when they are the same object.';
