-- Whether the engine cannot know what an operator does with a value: instances of users' classes, which may define the operator, and
-- types whose arithmetic or ordering the engine does not compute.
create function waymark._py_is_open(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
begin
  return v_kind in ('object', 'enum', 'opaque', 'decimal', 'datetime', 'date', 'timedelta', 'path')
    or (v_kind = 'exception' and strpos(p_value ->> 'type', ':') > 0);
end
$$;

comment on function waymark._py_is_open(jsonb) is
  'Whether a value''s type may define operators that the engine does not know.';
