-- The Python operator `in`.
-- Raises: WM501 TypeError, ValueError; WM502.
create or replace function waymark.py_in(p_item jsonb, p_container jsonb) returns boolean
language plpgsql stable
as $$
declare
  v_kind text;
begin
  if jsonb_typeof(p_container) = 'array' then
    return waymark._py_in_array(p_item, p_container);
  elsif jsonb_typeof(p_container) = 'string' and jsonb_typeof(p_item) = 'string' then
    return strpos(p_container #>> '{}', p_item #>> '{}') > 0;
  end if;
  if waymark._is_paged(p_container) then
    return p_container ->> 'kind' = 'dict' and waymark._paged_item(p_container, p_item) is not null
      or not (p_container ->> 'kind' = 'dict' and waymark._paged_is_key(p_item)) and waymark.py_in(p_item, waymark._paged_whole(p_container));
  end if;
  v_kind := waymark._py_kind(p_container);
  case v_kind
    when 'dict' then
      return waymark._py_lookup(p_container, p_item) is not null;
    when 'set', 'frozenset' then
      if jsonb_typeof(p_item) in ('string', 'number') and p_container -> 'v' @> p_item then
        return true;
      elsif waymark._py_kind(p_item) = 'set' then
        return waymark._py_position(p_container -> 'v', jsonb_set(p_item, '{$}', '"frozenset"')) is not null;
      end if;
      return waymark._py_position(p_container -> 'v', p_item) is not null;
    when 'tuple' then
      return waymark._py_in_array(p_item, p_container -> 'v');
    when 'str' then
      if waymark._py_kind(p_item) = 'enum' then
        perform waymark._refuse('an Enum member in a string', 'Use the member''s .value.');
      elsif waymark._py_kind(p_item) <> 'str' then
        perform waymark._raise_python('TypeError', format(
          '''in <string>'' requires string as left operand, not %s', waymark._py_type_name(p_item)));
      end if;
      return position(waymark._py_to_utf8(p_item) in waymark._py_to_utf8(p_container)) > 0;
    when 'bytes' then
      return waymark._py_in_bytes(p_item, decode(p_container ->> 'v', 'base64'));
    when 'range' then
      return waymark._py_in_range(p_item, p_container);
    else
      if waymark._py_is_foreign(p_container) then
        perform waymark._refuse('`in` a ' || waymark._py_type_name(p_container), 'Test it in an action.');
      end if;
      perform waymark._raise_python('TypeError', format('argument of type ''%s'' is not iterable', waymark._py_type_name(p_container)));
      return null;
  end case;
end
$$;

comment on function waymark.py_in(jsonb, jsonb) is
  'The Python operator in.';
