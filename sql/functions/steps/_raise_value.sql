-- Raises an exception value as Python's raise does. SQLSTATEs: WM501.
create or replace function waymark._raise_value(p_exception jsonb) returns void
language plpgsql stable as $$
begin
  if p_exception ->> '$' is distinct from 'exception' then
    perform waymark._raise_python('TypeError', 'exceptions must derive from BaseException');
  end if;
  raise exception using errcode = 'WM501', message = format('%s: %s', p_exception ->> 'type', p_exception ->> 'message'), detail = p_exception::text;
end
$$;
comment on function waymark._raise_value(jsonb) is 'Raises an exception value.';
