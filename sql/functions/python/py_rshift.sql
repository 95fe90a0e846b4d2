-- The Python operator >>.
-- Raises: WM501 TypeError, ValueError; WM502.
create or replace function waymark.py_rshift(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left numeric := waymark._py_int(p_left);
  v_right numeric := waymark._py_int(p_right);
  v_divisor numeric;
begin
  if v_left is null or v_right is null then
    return waymark._py_unsupported('>>', p_left, p_right);
  elsif v_right < 0 then
    return waymark._raise_python('ValueError', 'negative shift count');
  elsif v_right > 435412 then
    -- 2**435412 has 131073 digits: more than any int the engine holds.
    return case when v_left < 0 then '-1'::jsonb else '0'::jsonb end;
  end if;
  v_divisor := waymark._py_power(2, v_right);
  return to_jsonb(div(v_left, v_divisor) - case when v_left < 0 and mod(v_left, v_divisor) <> 0 then 1 else 0 end);
end
$$;

comment on function waymark.py_rshift(jsonb, jsonb) is
  'The Python operator >>.';
