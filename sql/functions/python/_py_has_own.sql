-- Whether a value's class defines an operation in another way than its kind does (docs/internals/values.md): attr, eq or truth.
create or replace function waymark._py_has_own(p_value jsonb, p_operation text) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return coalesce(p_value -> '$own' ? p_operation and waymark._py_kind(p_value) in ('object', 'enum', 'exception'), false);
end
$$;

comment on function waymark._py_has_own(jsonb, text) is
  'Whether a value''s class defines an operation itself.';
