-- How a run ends that raised: asyncio.CancelledError that leaves the body cancels the run, as it cancels a task.
create or replace function waymark._failed_state(p_payload jsonb) returns text
language plpgsql immutable as $$
begin
  return case when p_payload ? 'terminated' then 'terminated'
              when p_payload #> '{exception,mro}' ? 'asyncio.exceptions:CancelledError' then 'cancelled'
              else 'failed' end;
end
$$;
comment on function waymark._failed_state(jsonb) is 'How a run ends that raised.';
