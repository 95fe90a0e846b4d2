-- The class date.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_datetime_date(p_year jsonb, p_month jsonb, p_day jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_year) between 1 and 9999 and waymark._py_int(p_month) between 1 and 12 and waymark._py_int(p_day) between 1 and 31 then
    return jsonb_build_object('$', 'date', 'v', to_char(
      make_date(waymark._py_int(p_year)::int, waymark._py_int(p_month)::int, waymark._py_int(p_day)::int), 'YYYY-MM-DD'));
  end if;
  return waymark._py_inexact('date()');
exception when datetime_field_overflow then
  return waymark._py_inexact('date()');
end
$$;

comment on function waymark._py_call_datetime_date(jsonb, jsonb, jsonb) is
  'The Python date(year, month, day).';
