-- repr() of a value for an exception's message: for people, so what the engine does not know is shown in its encoding.
create or replace function waymark._py_repr(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb;
  v_item jsonb;
  v_parts text[] := array[]::text[];
begin
  case waymark._py_kind(p_value)
    when 'NoneType' then
      return 'None';
    when 'bool' then
      return initcap(p_value::text);
    when 'str' then
      return waymark._py_repr_string(p_value);
    when 'float' then
      return case jsonb_typeof(p_value) when 'number' then p_value::text else p_value ->> 'v' end;
    when 'range' then
      return format('range(%s, %s%s)', p_value #>> '{v,0}', p_value #>> '{v,1}',
        case when p_value #>> '{v,2}' <> '1' then ', ' || (p_value #>> '{v,2}') end);
    when 'uuid' then
      return format('UUID(''%s'')', p_value ->> 'v');
    when 'decimal' then
      return format('Decimal(''%s'')', p_value ->> 'v');
    when 'list', 'tuple' then
      v_items := case jsonb_typeof(p_value) when 'array' then p_value else p_value -> 'v' end;
      for v_item in select value from jsonb_array_elements(v_items) loop
        v_parts := v_parts || waymark._py_repr(v_item);
      end loop;
      return case when jsonb_typeof(p_value) = 'array' then '[' || array_to_string(v_parts, ', ') || ']'
        else '(' || array_to_string(v_parts, ', ') || case when cardinality(v_parts) = 1 then ',' else '' end || ')' end;
    when 'dict' then
      for v_item in select value from jsonb_array_elements(waymark._py_pairs(p_value)) loop
        v_parts := v_parts || (waymark._py_repr(v_item -> 0) || ': ' || waymark._py_repr(v_item -> 1));
      end loop;
      return '{' || array_to_string(v_parts, ', ') || '}';
    else
      return p_value::text;
  end case;
end
$$;

comment on function waymark._py_repr(jsonb) is
  'repr() of a value for an exception''s message.';
