-- The method total_seconds of timedeltas.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_total_seconds(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'timedelta' then
    return waymark._py_divide(waymark._py_microseconds(p_receiver), 1000000);
  end if;
  return waymark._py_inexact('.total_seconds()');
end
$$;

comment on function waymark._py_method_total_seconds(jsonb) is
  'The Python method total_seconds of timedeltas.';
