-- datetime.now(UTC), by the engine's clock. Of other time zones, the local one of a worker among them, CPython knows the rules.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_datetime_datetime_now(p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql volatile parallel safe
as $$
declare
  c_utc constant jsonb := jsonb '{"$": "timezone", "v": [0, 0, 0]}';
  v_now timestamp;
begin
  if (p_args, p_kwargs) not in ((jsonb_build_array(c_utc), jsonb '{}'), (jsonb '[]', jsonb_build_object('tz', c_utc))) then
    return waymark._py_inexact('datetime.now()');
  end if;
  v_now := waymark._now() at time zone 'UTC';
  return jsonb_build_object('$', 'datetime', 'v', to_char(v_now, 'YYYY-MM-DD"T"HH24:MI:SS')
    || case when extract(microseconds from v_now)::int % 1000000 <> 0 then to_char(v_now, '.US') else '' end || '+00:00');
end
$$;

comment on function waymark._py_call_datetime_datetime_now(jsonb, jsonb) is
  'The Python datetime.now(UTC).';
