-- A date, or a datetime that is naive or has a fixed offset, plus (p_sign 1) or minus (-1) a timedelta. A date moves by whole days.
-- Raises: WM502 for a datetime of a zone, and for a result beyond the years 1 to 9999.
create or replace function waymark._py_shift_time(p_time jsonb, p_delta jsonb, p_sign int) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := p_time ->> 'v';
  v_days numeric := p_sign * (p_delta #>> '{v,0}')::numeric;
  v_moment timestamp;
begin
  if p_time ? 'zone' or p_time ? 'fold' or abs(v_days) > 4000000 then
    return waymark._py_inexact('time arithmetic');
  end if;
  v_moment := left(v_text, case p_time ->> '$' when 'date' then 10 when 'datetime' then case substr(v_text, 20, 1) when '.' then 26 else 19 end end)::timestamp
    + make_interval(days => v_days::int);
  if p_time ->> '$' = 'datetime' then
    v_moment := v_moment + p_sign * (make_interval(secs => (p_delta #>> '{v,1}')::int) + (p_delta #>> '{v,2}')::int * interval '1 microsecond');
  end if;
  if v_moment < '0001-01-01' or v_moment >= '10000-01-01' then
    return waymark._py_inexact('time arithmetic');
  elsif p_time ->> '$' = 'date' then
    return jsonb_build_object('$', 'date', 'v', to_char(v_moment, 'YYYY-MM-DD'));
  end if;
  return jsonb_build_object('$', 'datetime', 'v', to_char(v_moment, 'YYYY-MM-DD"T"HH24:MI:SS')
    || case when extract(microseconds from v_moment)::int % 1000000 <> 0 then to_char(v_moment, '.US') else '' end
    || substring(v_text from '^.{19}(?:\.[0-9]{6})?(.*)$'));
end
$$;

comment on function waymark._py_shift_time(jsonb, jsonb, int) is
  'A date or datetime plus or minus a timedelta.';
