-- The method splitlines of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_splitlines(p_receiver jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_lines text[];
begin
  if jsonb_typeof(p_receiver) = 'string' then
    v_lines := regexp_split_to_array(p_receiver #>> '{}', E'\r\n|[\n\x0b\f\r\x1c\x1d\x1e\u0085\u2028\u2029]');
    return to_jsonb(case v_lines[cardinality(v_lines)] when '' then v_lines[:cardinality(v_lines) - 1] else v_lines end);
  end if;
  return waymark._py_inexact('.splitlines()');
end
$$;

comment on function waymark._py_method_splitlines(jsonb) is
  'The Python method splitlines of strings.';
