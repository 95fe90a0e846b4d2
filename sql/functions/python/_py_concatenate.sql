-- The operator + of a sequence on the left, beyond plain strings and lists.
-- Raises: WM501 TypeError; WM502 when a user's class on the right might define the operator.
create or replace function waymark._py_concatenate(p_left_kind text, p_right_kind text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_left_kind = p_right_kind then
    case p_left_kind
      when 'list' then
        return p_left || p_right;
      when 'tuple' then
        return jsonb_build_object('$', 'tuple', 'v', (p_left -> 'v') || (p_right -> 'v'));
      when 'str' then
        return waymark._py_from_utf8(waymark._py_to_utf8(p_left) || waymark._py_to_utf8(p_right));
      else
        return waymark._py_from_bytes(decode(p_left ->> 'v', 'base64') || decode(p_right ->> 'v', 'base64'));
    end case;
  elsif waymark._py_is_open(p_right) then
    return waymark._py_unsupported('+', p_left, p_right);
  elsif p_left_kind = 'bytes' then
    return waymark._raise_python('TypeError', format('can''t concat %s to bytes', waymark._py_type_name(p_right)));
  end if;
  return waymark._raise_python('TypeError', format(
    'can only concatenate %s (not "%s") to %s', p_left_kind, waymark._py_type_name(p_right), p_left_kind));
end
$$;

comment on function waymark._py_concatenate(text, text, jsonb, jsonb) is
  'The Python operator + with a sequence on the left.';
