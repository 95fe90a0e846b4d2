-- The left side of an augmented assignment: itself when its type is immutable. A mutable one would change in place, for every name it has.
-- Raises: WM502 for lists, dicts, sets and instances of users' classes.
create function waymark.py_inplace(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text;
begin
  if jsonb_typeof(p_value) in ('number', 'string') then
    return p_value;
  end if;
  v_kind := waymark._py_kind(p_value);
  if v_kind in ('list', 'dict', 'set', 'object', 'opaque') then
    return waymark._refuse(
      'an augmented assignment to a ' || waymark._py_type_name(p_value) || ', which would change it for every name it has',
      'Write `xs = xs + [...]` instead of `xs += [...]`.');
  end if;
  return p_value;
end
$$;

comment on function waymark.py_inplace(jsonb) is
  'The left side of an augmented assignment, refused when it is mutable.';
