-- The method format of strings: fields that are empty, a number or a name, with a conversion and a plain spec.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_method_format(p_receiver jsonb, p_args jsonb, p_kwargs jsonb default '{}') returns jsonb
language plpgsql stable parallel safe
as $$
declare
  c_field constant text := '\{([0-9]+|[A-Za-z_][A-Za-z_0-9]*)?(?:!([rs]))?(?::([^{}]*))?\}';
  v_numbered boolean := false;
  v_result text := '';
  v_part text[];
  v_value jsonb;
  v_next int := 0;
begin
  if jsonb_typeof(p_receiver) <> 'string' or p_receiver #>> '{}' !~ ('^(?:[^{}]|\{\{|\}\}|' || c_field || ')*$') then
    return waymark._py_inexact('.format()');
  end if;
  for v_part in select regexp_matches(p_receiver #>> '{}', '([^{}]+)|(\{\{|\}\})|(' || c_field || ')', 'g') loop
    if v_part[3] is null then
      v_result := v_result || coalesce(v_part[1], left(v_part[2], 1));
      continue;
    elsif v_part[4] is null then
      v_value := p_args -> v_next;
      v_next := v_next + 1;
    elsif v_part[4] ~ '^[0-9]{1,6}$' then
      v_value := p_args -> v_part[4]::int;
      v_numbered := true;
    else
      v_value := p_kwargs -> v_part[4];
    end if;
    if v_value is null or v_numbered and v_next > 0 then
      return waymark._py_inexact('.format()');
    end if;
    v_result := v_result || waymark._py_format_field(v_value, v_part[5], coalesce(v_part[6], ''));
  end loop;
  return to_jsonb(v_result);
end
$$;

comment on function waymark._py_method_format(jsonb, jsonb, jsonb) is
  'The Python method format of strings.';
