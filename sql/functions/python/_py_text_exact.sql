-- str() of a value, exactly. (_py_text is for messages.)
-- Raises: WM502 for types whose str() the engine does not know, and for ints too long for str().
create or replace function waymark._py_text_exact(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
begin
  case waymark._py_kind(p_value)
    when 'str' then
      if jsonb_typeof(p_value) = 'string' then
        return p_value #>> '{}';
      end if;
    when 'date', 'time', 'uuid', 'decimal' then
      return p_value ->> 'v';
    when 'datetime' then
      return overlay(p_value ->> 'v' placing ' ' from 11);
    when 'exception' then
      if p_value ->> 'type' in ('Exception', 'ValueError', 'TypeError', 'RuntimeError', 'AssertionError', 'LookupError', 'IndexError', 'ArithmeticError',
         'ZeroDivisionError', 'NotImplementedError', 'TimeoutError') and jsonb_array_length(p_value -> 'args') < 2 then
        return case p_value -> 'args' when '[]' then '' else waymark._py_text_exact(p_value -> 'args' -> 0) end;
      end if;
    else
      return waymark._py_repr_exact(p_value);
  end case;
  return waymark._py_inexact('str');
end
$$;

comment on function waymark._py_text_exact(jsonb) is
  'str() of a value.';
