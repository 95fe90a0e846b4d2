-- The method split of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_split(p_receiver jsonb, p_separator jsonb default 'null', p_limit jsonb default '-1', p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_separator text := coalesce(p_kwargs -> 'sep', p_separator) #>> '{}';
  v_limit numeric := waymark._py_int(coalesce(p_kwargs -> 'maxsplit', p_limit));
  v_parts text[];
begin
  if v_separator = '' or v_separator is null and v_limit >= 0 or jsonb_typeof(p_receiver) <> 'string'
     or coalesce(abs(v_limit) > 2147483646, true) or jsonb_typeof(coalesce(p_kwargs -> 'sep', p_separator)) not in ('string', 'null')
     or p_kwargs - '{sep,maxsplit,$}'::text[] <> '{}' or p_kwargs ? 'sep' and p_separator <> 'null' or p_kwargs ? 'maxsplit' and p_limit <> '-1' then
    return waymark._py_inexact('.split()');
  end if;
  v_parts := waymark._py_split(p_receiver #>> '{}', v_separator);
  if v_limit < 0 or v_limit >= cardinality(v_parts) - 1 then
    return to_jsonb(v_parts);
  end if;
  return to_jsonb(v_parts[:v_limit::int] || array_to_string(v_parts[v_limit::int + 1:], v_separator));
end
$$;

comment on function waymark._py_method_split(jsonb, jsonb, jsonb, jsonb) is
  'The Python method split of strings.';
