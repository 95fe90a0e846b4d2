-- The Python operator +.
-- Raises: WM501 TypeError, OverflowError; WM502.
create or replace function waymark.py_add(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left text;
  v_right text;
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) = 0 and scale(p_right::numeric) = 0
     and abs(p_left::numeric) < 1e65000 and abs(p_right::numeric) < 1e65000 then
    return to_jsonb(p_left::numeric + p_right::numeric);
  elsif jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' and scale(p_left::numeric) + scale(p_right::numeric) between 1 and 100
        and abs(p_left::numeric) < 1e100 and abs(p_right::numeric) < 1e100 then
    return waymark._py_from_float(p_left::numeric::float8 + p_right::numeric::float8);
  elsif jsonb_typeof(p_left) = 'string' and jsonb_typeof(p_right) = 'string' then
    return to_jsonb((p_left #>> '{}') || (p_right #>> '{}'));
  elsif jsonb_typeof(p_left) = 'array' and jsonb_typeof(p_right) = 'array' then
    return p_left || p_right;
  end if;
  v_left := waymark._py_kind(p_left);
  v_right := waymark._py_kind(p_right);
  if v_left in ('int', 'bool') and v_right in ('int', 'bool') then
    return waymark._py_integer('+', waymark._py_int(p_left), waymark._py_int(p_right));
  elsif v_left in ('int', 'bool', 'float') and v_right in ('int', 'bool', 'float') then
    return waymark._py_from_float(waymark._py_float_add(waymark._py_to_float(p_left), waymark._py_to_float(p_right)));
  elsif v_left in ('str', 'list', 'tuple', 'bytes') then
    return waymark._py_concatenate(v_left, v_right, p_left, p_right);
  elsif v_left in ('decimal', 'timedelta', 'date', 'datetime') or v_right in ('decimal', 'timedelta', 'date', 'datetime') then
    return waymark._py_quantity('+', p_left, p_right);
  end if;
  return waymark._py_unsupported('+', p_left, p_right);
end
$$;

comment on function waymark.py_add(jsonb, jsonb) is
  'The Python operator +.';
