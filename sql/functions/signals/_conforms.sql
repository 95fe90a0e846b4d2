-- Whether a value is one of a type (docs/internals/ir.md, "Types"): true, it is; false, it cannot be made one; null, CPython has to say or to make it.
create or replace function waymark._conforms(p_value jsonb, p_type jsonb) returns boolean
language plpgsql immutable as $$
declare
  v_type text := case jsonb_typeof(p_type) when 'array' then p_type ->> 0 else p_type #>> '{}' end;
  v_kind text := jsonb_typeof(p_value);
  v_tag text := case when v_kind = 'object' and jsonb_typeof(p_value -> '$') = 'string' then p_value ->> '$' end;
begin
  return case v_type
    when 'union' then (select bool_or(coalesce(c, false)) or (case when count(c) = count(*) then false end)
                         from jsonb_array_elements(p_type - 0) t, waymark._conforms(p_value, t.value) c)
    when 'literal' then exists (select from jsonb_array_elements(p_type - 0) t where t.value::text = p_value::text)
    when 'enum' then case when v_tag = 'enum' then p_value -> 'type' = p_type -> 1 or null end
    when 'list' then case when v_kind = 'array' then (
        select case when bool_or(not c) then false when count(c) = count(*) then true end
          from jsonb_array_elements(p_value) e, waymark._conforms(e.value, p_type -> 1) c)
      else v_kind = 'object' and v_tag is not null and null end
    when 'dict' then v_kind = 'object' and null
    when 'NoneType' then v_kind = 'null'
    when 'bool' then v_kind = 'boolean'
    when 'int' then case v_kind when 'number' then scale(p_value::numeric) = 0 else false end
    when 'float' then case v_kind when 'number' then scale(p_value::numeric) > 0 or null else v_tag is not distinct from 'float' end
    when 'str' then v_kind = 'string' or v_tag is not distinct from 'str'
    else case when p_type is null or p_type = 'null' then true
              when v_tag is not distinct from v_type then jsonb_typeof(p_type) = 'string' or null
              when v_type like '%:%' then v_kind = 'object' and null
              when v_kind in ('string', 'number', 'array', 'object') then null else false end
  end;
end
$$;
comment on function waymark._conforms(jsonb, jsonb) is 'Whether a value is one of a type; null where the engine cannot say.';
