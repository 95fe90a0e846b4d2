-- What a value is, as the name the encoding knows it by (docs/internals/values.md): 'NoneType', 'bool', 'int', 'float', 'str', 'list', 'dict',
-- 'object' for an instance of a user's class, else the value's tag. Every operator's general path dispatches on it.
create or replace function waymark._py_kind(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'string' then
      return 'str';
    when 'number' then
      return case when scale(p_value::numeric) = 0 then 'int' else 'float' end;
    when 'boolean' then
      return 'bool';
    when 'array' then
      return 'list';
    when 'null' then
      return 'NoneType';
    else
      if not p_value ? '$' or jsonb_typeof(p_value -> '$') = 'array' then
        return 'dict';
      end if;
      return case when strpos(p_value ->> '$', ':') > 0 then 'object' else p_value ->> '$' end;
  end case;
end
$$;

comment on function waymark._py_kind(jsonb) is
  'The kind of an encoded Python value: the name of its builtin type, object for a user''s class, or its tag.';
