-- What task.result() gives or raises, from the outcome of the task in a `wait` node.
-- Raises: WM501 (the task's exception, CancelledError, InvalidStateError).
create or replace function waymark.py_outcome(p_outcome jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  case p_outcome ->> 0
    when 'returned' then
      return p_outcome -> 1;
    when 'raised' then
      perform waymark._raise_value(p_outcome -> 1);
    when 'cancelled' then
      perform waymark._raise_value(waymark.py_exception(
        '"asyncio.exceptions:CancelledError"', '["asyncio.exceptions:CancelledError", "BaseException", "object"]', '[]'));
    else
      perform waymark._raise_value(waymark.py_exception(
        '"asyncio.exceptions:InvalidStateError"', '["asyncio.exceptions:InvalidStateError", "Exception", "BaseException", "object"]',
        '["Result is not set."]'));
  end case;
  return null;
end
$$;

comment on function waymark.py_outcome(jsonb) is
  'The result of a task, or its exception raised.';
