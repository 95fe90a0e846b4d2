-- The class timedelta, of ints.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_datetime_timedelta(p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_names constant text[] := array['days', 'seconds', 'microseconds', 'milliseconds', 'minutes', 'hours', 'weeks'];
  v_units constant numeric[] := array[86400000000, 1000000, 1, 1000, 60000000, 3600000000, 604800000000];
  v_value jsonb;
  v_sum numeric := 0;
begin
  if p_kwargs - v_names - '$' <> '{}' or jsonb_array_length(p_args) > 7 then
    return waymark._py_inexact('timedelta()');
  end if;
  for v_place in 1 .. 7 loop
    v_value := coalesce(p_args -> (v_place - 1), p_kwargs -> v_names[v_place], '0');
    if p_args -> (v_place - 1) is not null and p_kwargs ? v_names[v_place] or waymark._py_int(v_value) is null then
      return waymark._py_inexact('timedelta()');
    end if;
    v_sum := v_sum + v_units[v_place] * waymark._py_int(v_value);
  end loop;
  return waymark._py_timedelta(v_sum);
end
$$;

comment on function waymark._py_call_datetime_timedelta(jsonb, jsonb) is
  'The Python timedelta(…).';
