-- The function chr.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_chr(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_int(p_value) between 1 and 1114111 and waymark._py_int(p_value) not between 55296 and 57343 then
    return to_jsonb(chr(waymark._py_int(p_value)::int));
  end if;
  return waymark._py_inexact('chr()');
end
$$;

comment on function waymark._py_call_chr(jsonb) is
  'The Python chr(code).';
