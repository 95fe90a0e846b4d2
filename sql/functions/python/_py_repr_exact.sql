-- repr() of a value, exactly. (_py_repr is for messages.) Beyond ASCII only characters stand as they are that are printable in every version of Unicode.
-- Raises: WM502 for what the engine cannot show as CPython does.
create or replace function waymark._py_repr_exact(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
declare
  v_items jsonb;
  v_parts text[];
begin
  case waymark._py_kind(p_value)
    when 'NoneType' then
      return 'None';
    when 'bool' then
      return initcap(p_value::text);
    when 'int' then
      if length(p_value::text) < 4300 then
        return p_value::text;
      end if;
    when 'float' then
      return case jsonb_typeof(p_value) when 'number' then p_value::text else p_value ->> 'v' end;
    when 'str' then
      if jsonb_typeof(p_value) = 'string'
         and p_value #>> '{}' ~ '^[\x01-\x7f\u00a1-\u00ac\u00ae-\u0377\u0400-\u052f\u2010-\u2027\u2030-\u205e\u20ac\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fa5\uac00-\ud7a3]*$' then
        return waymark._py_repr_string(p_value);
      end if;
    when 'range', 'uuid', 'decimal' then
      return waymark._py_repr(p_value);
    when 'list', 'tuple', 'set', 'frozenset' then
      v_items := case jsonb_typeof(p_value) when 'array' then p_value else p_value -> 'v' end;
      select coalesce(array_agg(waymark._py_repr_exact(item.value) order by item.position), '{}')
        into v_parts from jsonb_array_elements(v_items) with ordinality as item (value, position);
      case p_value ->> '$'
        when 'tuple' then
          return '(' || array_to_string(v_parts, ', ') || case cardinality(v_parts) when 1 then ',)' else ')' end;
        when 'set', 'frozenset' then
          if cardinality(v_parts) < 2 then
            return case p_value ->> '$' when 'frozenset' then 'frozenset(' when 'set' then case v_items when '[]' then 'set(' else '' end end
              || case v_items when '[]' then '' else '{' || v_parts[1] || '}' end
              || case when p_value ->> '$' = 'frozenset' or v_items = '[]' then ')' else '' end;
          end if;
        else
          return '[' || array_to_string(v_parts, ', ') || ']';
      end case;
    when 'dict' then
      return (
        select '{' || coalesce(string_agg(waymark._py_repr_exact(item.value -> 0) || ': ' || waymark._py_repr_exact(item.value -> 1), ', '
          order by item.position), '') || '}'
        from jsonb_array_elements(waymark._py_pairs(p_value)) with ordinality as item (value, position));
    else
      null;
  end case;
  return waymark._py_inexact('repr');
end
$$;

comment on function waymark._py_repr_exact(jsonb) is
  'repr() of a value.';
