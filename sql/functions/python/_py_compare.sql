-- The operators <, <=, > and >= of any two values. Strings order by code point: the bytes of UTF-8 do too.
-- Raises: WM501 TypeError as CPython words it; WM502 when a user's class or an uncovered type might define the order.
create or replace function waymark._py_compare(p_operator text, p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_left text := waymark._py_kind(p_left);
  v_right text := waymark._py_kind(p_right);
  v_order int;
begin
  if v_left in ('int', 'bool', 'float', 'decimal') and v_right in ('int', 'bool', 'float', 'decimal') then
    v_order := waymark._py_order_numbers(p_left, p_right);
  elsif v_left in ('set', 'frozenset') and v_right in ('set', 'frozenset') then
    return waymark._py_compare_sets(p_operator, p_left -> 'v', p_right -> 'v');
  elsif v_left = v_right then
    case v_left
      when 'str' then
        v_order := (waymark._py_to_utf8(p_left) > waymark._py_to_utf8(p_right))::int
          - (waymark._py_to_utf8(p_left) < waymark._py_to_utf8(p_right))::int;
      when 'bytes' then
        v_order := (decode(p_left ->> 'v', 'base64') > decode(p_right ->> 'v', 'base64'))::int
          - (decode(p_left ->> 'v', 'base64') < decode(p_right ->> 'v', 'base64'))::int;
      when 'list' then
        return waymark._py_compare_arrays(p_operator, p_left, p_right);
      when 'tuple' then
        return waymark._py_compare_arrays(p_operator, p_left -> 'v', p_right -> 'v');
      when 'date', 'uuid' then
        v_order := (p_left ->> 'v' collate "C" > p_right ->> 'v')::int - (p_left ->> 'v' collate "C" < p_right ->> 'v')::int;
      when 'datetime', 'time' then
        v_order := waymark._py_order_times(p_left, p_right, false);
      when 'timedelta' then
        v_order := (p_left -> 'v' > p_right -> 'v')::int - (p_left -> 'v' < p_right -> 'v')::int;
      else
        perform waymark._py_unordered(p_operator, p_left, p_right);
    end case;
  else
    perform waymark._py_unordered(p_operator, p_left, p_right);
  end if;
  return coalesce(case p_operator
    when '<' then v_order < 0
    when '<=' then v_order <= 0
    when '>' then v_order > 0
    when '>=' then v_order >= 0
  end, false);
end
$$;

comment on function waymark._py_compare(text, jsonb, jsonb) is
  'The Python operators <, <=, > and >= of any two values.';
