-- The function bin.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_bin(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if abs(waymark._py_int(p_value)) < 9223372036854775808 then
    return to_jsonb(case when waymark._py_int(p_value) < 0 then '-0b' else '0b' end
      || waymark._py_in_base(abs(waymark._py_int(p_value))::bigint, 1));
  end if;
  return waymark._py_inexact('bin()');
end
$$;

comment on function waymark._py_call_bin(jsonb) is
  'The Python bin(value).';
