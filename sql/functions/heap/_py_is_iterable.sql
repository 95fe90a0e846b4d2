-- Whether a for loop could walk a value; what the engine does not know counts as iterable and is refused when it is walked.
create or replace function waymark._py_is_iterable(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_kind(p_value) in ('list', 'tuple', 'dict', 'set', 'frozenset', 'str', 'bytes', 'range') or waymark._py_is_foreign(p_value);
end
$$;

comment on function waymark._py_is_iterable(jsonb) is
  'Whether a value can be iterated over.';
