-- Whether a datetime or time carries no UTC offset.
create or replace function waymark._py_is_naive(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return not p_value ? 'zone' and regexp_replace(p_value ->> 'v', '^.*T', '') !~ '[-+Z]';
end
$$;

comment on function waymark._py_is_naive(jsonb) is
  'Whether a datetime or time has no UTC offset.';
