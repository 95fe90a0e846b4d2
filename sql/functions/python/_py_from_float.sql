-- Encodes a double with the fewest digits that read back as the same double, as repr() does. float8's text form has them (a cast to numeric would
-- round to 15 digits), except that it avoids a decimal halfway between two doubles even where that reads back. Such a one with fewer digits
-- exists only between 1e16 and 1e40, and it is the value rounded to one digit less than the text has.
-- Raises: WM502 when a session has taken digits away from float8's text form.
create or replace function waymark._py_from_float(p_value float8) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_text text := p_value::text;
  v_exact numeric;
  v_digits text;
begin
  if v_text::float8 <> p_value then
    return waymark._refuse('a float under extra_float_digits = ' || current_setting('extra_float_digits'),
      'Leave extra_float_digits at 1, its default, for the worker''s role and database.');
  elsif abs(p_value) >= 1e-4 and abs(p_value) < 1e16 then
    return to_jsonb(v_text::numeric + 0.0);
  elsif abs(p_value) >= 1e16 and abs(p_value) < 1e40 then
    v_exact := waymark._py_exact(abs(p_value));
    v_exact := round(v_exact, length(regexp_replace(v_text, 'e.*|[-.]', '', 'g')) - 1 - length(v_exact::text));
    if v_exact::float8 = abs(p_value) then
      v_digits := rtrim(v_exact::text, '0');
      return jsonb_build_object('$', 'float', 'v', concat(
        case when p_value < 0 then '-' end, left(v_digits, 1), case when length(v_digits) > 1 then '.' end, substr(v_digits, 2),
        'e+', length(v_exact::text) - 1));
    end if;
  end if;
  return case v_text
    when '0' then '0.0'::jsonb
    when '-0' then '{"$": "float", "v": "-0.0"}'::jsonb
    when 'NaN' then '{"$": "float", "v": "nan"}'::jsonb
    when 'Infinity' then '{"$": "float", "v": "inf"}'::jsonb
    when '-Infinity' then '{"$": "float", "v": "-inf"}'::jsonb
    else jsonb_build_object('$', 'float', 'v', v_text)
  end;
end
$$;

comment on function waymark._py_from_float(float8) is
  'The encoded Python float of a double.';
