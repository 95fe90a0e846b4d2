-- Attribute access: the fields of models and dataclasses, the attributes of exceptions, an Enum member's name and value, and the data attributes
-- of some builtin types. A field a class does not have may still be a property of it, so only builtin types give an AttributeError.
-- Raises: WM501 AttributeError; WM502 for methods, properties and what the encoding does not keep.
create or replace function waymark.py_getattr(p_object jsonb, p_name jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_name text := p_name #>> '{}';
  v_kind text;
  v_value jsonb;
begin
  if jsonb_typeof(p_object) = 'object' and strpos(p_object ->> '$', ':') > 0 then
    v_value := p_object -> v_name;
    if v_value is not null and not coalesce(p_object -> '$own' ? 'attr', false) then
      return v_value;
    end if;
  end if;
  v_kind := waymark._py_kind(p_object);
  case v_kind
    when 'exception' then
      v_value := case v_name
        when 'args' then jsonb_build_object('$', 'tuple', 'v', p_object -> 'args')
        when '__cause__' then coalesce(p_object -> 'cause', 'null')
        when 'exceptions' then case when p_object ->> 'type' in ('ExceptionGroup', 'BaseExceptionGroup') then
          jsonb_build_object('$', 'tuple', 'v', waymark.py_list(p_object #> '{args,1}')) end
        when 'message' then case when p_object ->> 'type' in ('ExceptionGroup', 'BaseExceptionGroup') then p_object #> '{args,0}' end
        else p_object -> 'attrs' -> v_name
      end;
    when 'enum' then
      v_value := case when v_name in ('name', 'value') then p_object -> v_name end;
    when 'timedelta' then
      v_value := p_object -> 'v' -> array_position('{days,seconds,microseconds}', v_name) - 1;
    when 'range' then
      v_value := p_object -> 'v' -> array_position('{start,stop,step}', v_name) - 1;
    when 'date', 'datetime', 'time' then
      v_value := waymark._py_time_field(p_object, v_name);
    else
      null;
  end case;
  if v_value is not null and not coalesce(p_object -> '$own' ? 'attr', false) then
    return v_value;
  elsif waymark._py_is_foreign(p_object) or waymark._py_has_attribute(v_kind, v_name) then
    return waymark._refuse(format('attribute %s of %s', v_name, waymark._py_type_name(p_object)), 'Return what you need of it from an action.');
  end if;
  return waymark._raise_python('AttributeError', format('''%s'' object has no attribute ''%s''', waymark._py_type_name(p_object), v_name));
end
$$;

comment on function waymark.py_getattr(jsonb, jsonb) is
  'The Python attribute access object.name.';
