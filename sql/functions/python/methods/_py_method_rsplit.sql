-- The method rsplit of strings: from the right only at single characters, which cannot overlap.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_rsplit(p_receiver jsonb, p_separator jsonb default 'null', p_limit jsonb default '-1') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_separator text := p_separator #>> '{}';
  v_limit numeric := waymark._py_int(p_limit);
  v_parts text[];
  v_count int;
begin
  if v_separator = '' or jsonb_typeof(p_receiver) <> 'string' or coalesce(abs(v_limit) > 2147483646, true) or jsonb_typeof(p_separator) not in ('string', 'null')
     or v_limit >= 0 and length(v_separator) is distinct from 1 then
    return waymark._py_inexact('.rsplit()');
  end if;
  v_parts := waymark._py_split(p_receiver #>> '{}', v_separator);
  v_count := cardinality(v_parts);
  if v_limit < 0 or v_limit >= v_count - 1 then
    return to_jsonb(v_parts);
  end if;
  return to_jsonb(array_to_string(v_parts[:v_count - v_limit::int], v_separator) || v_parts[v_count - v_limit::int + 1:]);
end
$$;

comment on function waymark._py_method_rsplit(jsonb, jsonb, jsonb) is
  'The Python method rsplit of strings.';
