-- str() of a value for an exception's message: for people, so what the engine does not know is shown in its encoding.
create or replace function waymark._py_text(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
begin
  return case
    when jsonb_typeof(p_value) = 'string' then p_value #>> '{}'
    when waymark._py_kind(p_value) = 'exception' then p_value ->> 'message'
    when waymark._py_kind(p_value) in ('uuid', 'decimal', 'path', 'date', 'time') then p_value ->> 'v'
    when waymark._py_kind(p_value) = 'datetime' then replace(p_value ->> 'v', 'T', ' ')
    else waymark._py_repr(p_value)
  end;
end
$$;

comment on function waymark._py_text(jsonb) is
  'str() of a value for an exception''s message.';
