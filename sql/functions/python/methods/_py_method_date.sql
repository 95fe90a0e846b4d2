-- The method date of datetimes.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_date(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'datetime' then
    return jsonb_build_object('$', 'date', 'v', left(p_receiver ->> 'v', 10));
  end if;
  return waymark._py_inexact('.date()');
end
$$;

comment on function waymark._py_method_date(jsonb) is
  'The Python method date of datetimes.';
