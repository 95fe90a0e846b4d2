-- The encoding of a dict with string keys from its object and the order of its keys, which is noted only where it is not jsonb's own.
create function waymark._py_ordered(p_object jsonb, p_keys jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_keys = (select jsonb_agg(entry.key) from jsonb_object_keys(p_object) as entry (key)) then
    return p_object;
  end if;
  return p_object || jsonb_build_object('$', p_keys);
end
$$;

comment on function waymark._py_ordered(jsonb, jsonb) is
  'The encoding of a dict with string keys in the given order.';
