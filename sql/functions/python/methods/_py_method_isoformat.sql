-- The method isoformat of dates and times.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isoformat(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) in ('datetime', 'date', 'time') then
    return p_receiver -> 'v';
  end if;
  return waymark._py_inexact('.isoformat()');
end
$$;

comment on function waymark._py_method_isoformat(jsonb) is
  'The Python method isoformat of dates and times.';
