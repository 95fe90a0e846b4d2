-- The method rjust of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_rjust(p_receiver jsonb, p_width jsonb, p_fill jsonb default '" "') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_fill text := p_fill #>> '{}';
  v_missing int;
begin
  if jsonb_typeof(p_receiver) = 'string' and abs(waymark._py_int(p_width)) < 1000000 and jsonb_typeof(p_fill) = 'string' and length(v_fill) = 1 then
    v_missing := greatest(0, waymark._py_int(p_width) - length(p_receiver #>> '{}'));
    return to_jsonb(repeat(v_fill, v_missing) || (p_receiver #>> '{}'));
  end if;
  return waymark._py_inexact('.rjust()');
end
$$;

comment on function waymark._py_method_rjust(jsonb, jsonb, jsonb) is
  'The Python method rjust of strings.';
