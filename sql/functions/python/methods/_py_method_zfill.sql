-- The method zfill of strings.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_zfill(p_receiver jsonb, p_width jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_sign text;
begin
  if jsonb_typeof(p_receiver) = 'string' and waymark._py_int(p_width) < 1000000 then
    v_sign := substring(p_receiver #>> '{}' from '^[-+]');
    return to_jsonb(concat(v_sign, repeat('0', (greatest(waymark._py_int(p_width), 0) - length(p_receiver #>> '{}'))::int),
      substr(p_receiver #>> '{}', 1 + coalesce(length(v_sign), 0))));
  end if;
  return waymark._py_inexact('.zfill()');
end
$$;

comment on function waymark._py_method_zfill(jsonb, jsonb) is
  'The Python method zfill of strings.';
