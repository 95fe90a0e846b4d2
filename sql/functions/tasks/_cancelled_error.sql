-- What a cancelled task gets raised where it waits.
create or replace function waymark._cancelled_error() returns jsonb
language plpgsql immutable as $$
begin
  return jsonb '{"$": "exception", "type": "asyncio.exceptions:CancelledError", "mro": ["asyncio.exceptions:CancelledError", "BaseException", "object"],'
         ' "args": [], "message": ""}';
end
$$;
comment on function waymark._cancelled_error() is 'The value of asyncio.CancelledError().';
