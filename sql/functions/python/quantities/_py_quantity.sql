-- The operators +, - and * with a Decimal, date, datetime or timedelta on one side.
-- Raises: WM502 where the result is not exact or the types do not go together, which CPython reports.
create or replace function waymark._py_quantity(p_operator text, p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kinds text := waymark._py_kind(p_left) || p_operator || waymark._py_kind(p_right);
begin
  if v_kinds ~ '^(decimal.(decimal|int|bool)|(int|bool).decimal)$' then
    return waymark._py_decimal(case p_operator
      when '+' then waymark._py_decimal_number(p_left) + waymark._py_decimal_number(p_right)
      when '-' then waymark._py_decimal_number(p_left) - waymark._py_decimal_number(p_right)
      -- The zero of a product would have a sign.
      else nullif(waymark._py_decimal_number(p_left), 0) * nullif(waymark._py_decimal_number(p_right), 0)
    end);
  end if;
  case
    when v_kinds = 'timedelta+timedelta' then
      return waymark._py_timedelta(waymark._py_microseconds(p_left) + waymark._py_microseconds(p_right));
    when v_kinds = 'timedelta-timedelta' then
      return waymark._py_timedelta(waymark._py_microseconds(p_left) - waymark._py_microseconds(p_right));
    when v_kinds in ('timedelta*int', 'timedelta*bool') then
      return waymark._py_timedelta(waymark._py_microseconds(p_left) * waymark._py_int(p_right));
    when v_kinds in ('int*timedelta', 'bool*timedelta') then
      return waymark._py_timedelta(waymark._py_int(p_left) * waymark._py_microseconds(p_right));
    when v_kinds in ('date+timedelta', 'datetime+timedelta') then
      return waymark._py_shift_time(p_left, p_right, 1);
    when v_kinds in ('timedelta+date', 'timedelta+datetime') then
      return waymark._py_shift_time(p_right, p_left, 1);
    when v_kinds in ('date-timedelta', 'datetime-timedelta') then
      return waymark._py_shift_time(p_left, p_right, -1);
    when v_kinds in ('date-date', 'datetime-datetime') then
      return waymark._py_between(p_left, p_right);
    else
      return waymark._py_unsupported(p_operator, p_left, p_right);
  end case;
end
$$;

comment on function waymark._py_quantity(text, jsonb, jsonb) is
  'The operators +, - and * of Decimals, dates, times and durations.';
