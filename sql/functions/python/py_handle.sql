-- The handle of a task or a semaphore; for what is none, the error of what was tried with it: to await it, to gather it, `async with`, or a method.
-- Raises: WM501 TypeError, AttributeError; WM502 for what may know how to do it.
create or replace function waymark.py_handle(p_value jsonb, p_kind jsonb, p_use jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_type text := waymark._py_type_name(p_value);
begin
  if jsonb_typeof(p_value) = 'object' and p_value -> '$' = p_kind then
    return p_value;
  elsif waymark._py_is_foreign(p_value) then
    return waymark._refuse(format('%s of a %s', p_use #>> '{}', v_type), 'Await tasks and calls only.');
  end if;
  return case p_use #>> '{}'
    when 'await' then waymark._raise_python('TypeError', format('object %s can''t be used in ''await'' expression', v_type))
    when 'gather' then waymark._raise_python('TypeError', 'An asyncio.Future, a coroutine or an awaitable is required')
    when 'async with' then
      waymark._raise_python('TypeError', format('''%s'' object does not support the asynchronous context manager protocol', v_type))
    else waymark._raise_python('AttributeError', format('''%s'' object has no attribute ''%s''', v_type, p_use #>> '{}')) end;
end
$$;

comment on function waymark.py_handle(jsonb, jsonb, jsonb) is
  'The handle of a task or a semaphore.';
