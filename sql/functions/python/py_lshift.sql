-- The Python operator <<.
-- Raises: WM501 TypeError, ValueError; WM502.
create or replace function waymark.py_lshift(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_left numeric := waymark._py_int(p_left);
  v_right numeric := waymark._py_int(p_right);
begin
  if v_left is null or v_right is null then
    return waymark._py_unsupported('<<', p_left, p_right);
  elsif v_right < 0 then
    return waymark._raise_python('ValueError', 'negative shift count');
  elsif v_left = 0 then
    return '0'::jsonb;
  end if;
  return waymark._py_integer('*', v_left, waymark._py_power(2, v_right));
end
$$;

comment on function waymark.py_lshift(jsonb, jsonb) is
  'The Python operator <<.';
