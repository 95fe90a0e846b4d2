-- A timedelta in microseconds, its only exact unit.
create or replace function waymark._py_microseconds(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
begin
  return ((p_value #>> '{v,0}')::numeric * 86400 + (p_value #>> '{v,1}')::numeric) * 1000000 + (p_value #>> '{v,2}')::numeric;
end
$$;

comment on function waymark._py_microseconds(jsonb) is
  'A timedelta in microseconds.';
