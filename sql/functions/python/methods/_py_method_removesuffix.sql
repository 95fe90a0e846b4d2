-- The method removesuffix of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_removesuffix(p_receiver jsonb, p_suffix jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_receiver) = 'string' and jsonb_typeof(p_suffix) = 'string' then
    return to_jsonb(case when p_suffix <> '""' and right(p_receiver #>> '{}', length(p_suffix #>> '{}')) = p_suffix #>> '{}'
      then left(p_receiver #>> '{}', - length(p_suffix #>> '{}')) else p_receiver #>> '{}' end);
  end if;
  return waymark._py_inexact('.removesuffix()');
end
$$;

comment on function waymark._py_method_removesuffix(jsonb, jsonb) is
  'The Python method removesuffix of strings.';
