-- Whether a value is a sequence to a pattern (lists, tuples and ranges are; strings and bytes are not) of p_count elements, or of as many at least.
-- Raises: WM502 where the value's class may be a sequence itself.
create or replace function waymark.py_match_sequence(p_value jsonb, p_count jsonb, p_open jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_length numeric;
begin
  case v_kind
    when 'list' then
      v_length := jsonb_array_length(p_value);
    when 'tuple' then
      v_length := jsonb_array_length(p_value -> 'v');
    when 'range' then
      v_length := waymark._py_range_length(p_value);
    else
      if waymark._py_may_contain(p_value) then
        perform waymark._refuse(format('a sequence pattern for %s', waymark._py_type_name(p_value)), 'Compute it in an action.');
      end if;
      return false;
  end case;
  return case when p_open = 'true' then v_length >= p_count::int else v_length = p_count::int end;
end
$$;

comment on function waymark.py_match_sequence(jsonb, jsonb, jsonb) is
  'Whether a value is a sequence of so many elements to a pattern.';
