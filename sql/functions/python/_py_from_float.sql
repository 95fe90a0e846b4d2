-- Encodes a double. The shortest digits that read back as the same double come from float8's text form, which needs the server's default
-- extra_float_digits of 1 or more; a cast to numeric would round to 15 digits.
create function waymark._py_from_float(p_value float8) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if abs(p_value) >= 1e-4 and abs(p_value) < 1e16 then
    return to_jsonb(p_value::text::numeric + 0.0);
  end if;
  return case p_value::text
    when '0' then '0.0'::jsonb
    when '-0' then '{"$": "float", "v": "-0.0"}'::jsonb
    when 'NaN' then '{"$": "float", "v": "nan"}'::jsonb
    when 'Infinity' then '{"$": "float", "v": "inf"}'::jsonb
    when '-Infinity' then '{"$": "float", "v": "-inf"}'::jsonb
    else jsonb_build_object('$', 'float', 'v', p_value::text)
  end;
end
$$;

comment on function waymark._py_from_float(float8) is
  'The encoded Python float of a double.';
