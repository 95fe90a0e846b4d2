-- The Python operator >=.
-- Raises: WM501 TypeError; WM502.
create or replace function waymark.py_ge(p_left jsonb, p_right jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_left) = 'number' and jsonb_typeof(p_right) = 'number' then
    return p_left >= p_right;
  elsif jsonb_typeof(p_left) = 'string' and jsonb_typeof(p_right) = 'string' then
    return (p_left #>> '{}') collate "C" >= (p_right #>> '{}');
  end if;
  return waymark._py_compare('>=', p_left, p_right);
end
$$;

comment on function waymark.py_ge(jsonb, jsonb) is
  'The Python operator >=.';
