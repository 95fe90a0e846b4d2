-- The method is_integer of floats.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_is_integer(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_receiver) = 'float' then
    return to_jsonb(waymark._py_number(p_receiver) not in ('NaN', 'Infinity', '-Infinity') and mod(waymark._py_number(p_receiver), 1) = 0);
  end if;
  return waymark._py_inexact('.is_integer()');
end
$$;

comment on function waymark._py_method_is_integer(jsonb) is
  'The Python method is_integer of floats.';
