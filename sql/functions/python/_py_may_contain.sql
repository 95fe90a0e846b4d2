-- Whether a value of a user's class may be a sequence or a mapping: all of these have a length, which makes their truth their own.
create or replace function waymark._py_may_contain(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return coalesce(p_value ->> '$' = 'opaque' or (waymark._py_is_foreign(p_value) and p_value -> '$own' ? 'truth'), false)
      or coalesce(p_value ->> '$' = 'enum' and jsonb_typeof(p_value -> 'value') in ('array', 'object'), false);
end
$$;

comment on function waymark._py_may_contain(jsonb) is
  'Whether a value of a user''s class may be a sequence or a mapping.';
