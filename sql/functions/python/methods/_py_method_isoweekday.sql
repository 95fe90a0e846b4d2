-- The method isoweekday of dates and datetimes.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_isoweekday(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_date date;
begin
  if waymark._py_kind(p_receiver) in ('datetime', 'date') then
    v_date := left(p_receiver ->> 'v', 10)::date;
    return to_jsonb(extract(isodow from v_date)::int);
  end if;
  return waymark._py_inexact('.isoweekday()');
end
$$;

comment on function waymark._py_method_isoweekday(jsonb) is
  'The Python method isoweekday of dates and datetimes.';
