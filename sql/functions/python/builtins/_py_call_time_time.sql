-- The function time.time, by the engine's clock.
create or replace function waymark._py_call_time_time() returns jsonb
language plpgsql volatile parallel safe
as $$
begin
  return waymark._py_from_float(extract(epoch from waymark._now())::float8);
end
$$;

comment on function waymark._py_call_time_time() is
  'The Python time.time().';
