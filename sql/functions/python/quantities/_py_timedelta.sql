-- The timedelta of so many microseconds, normalized.
-- Raises: WM502 beyond the range of timedelta.
create or replace function waymark._py_timedelta(p_microseconds numeric) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_days numeric := floor(p_microseconds / 86400000000);
  v_rest numeric := p_microseconds - v_days * 86400000000;
begin
  if abs(v_days) > 999999999 then
    return waymark._py_inexact('a timedelta');
  end if;
  return jsonb_build_object('$', 'timedelta', 'v', jsonb_build_array(v_days, div(v_rest, 1000000), trunc(mod(v_rest, 1000000))));
end
$$;

comment on function waymark._py_timedelta(numeric) is
  'The timedelta of so many microseconds.';
