-- How a task ends that returned or raised.
create or replace function waymark._task_status(p_effect text, p_payload jsonb) returns text
language plpgsql immutable as $$
begin
  return case when p_effect = 'return' then 'returned'
              when p_payload #> '{exception,mro}' ? 'asyncio.exceptions:CancelledError' then 'cancelled'
              else 'raised' end;
end
$$;
comment on function waymark._task_status(text, jsonb) is 'How a task ends that returned or raised.';
