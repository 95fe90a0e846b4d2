-- The method bit_length of ints.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_bit_length(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_receiver) = 0 then
    return '0'::jsonb;
  elsif abs(waymark._py_int(p_receiver)) < 9223372036854775808 then
    return to_jsonb(length(waymark._py_in_base(abs(waymark._py_int(p_receiver))::bigint, 1)));
  end if;
  return waymark._py_inexact('.bit_length()');
end
$$;

comment on function waymark._py_method_bit_length(jsonb) is
  'The Python method bit_length of ints.';
