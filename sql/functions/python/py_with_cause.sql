-- The exception of `raise exception from cause`.
-- Raises: WM501 TypeError where one of them is no exception.
create or replace function waymark.py_with_cause(p_exception jsonb, p_cause jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_exception ->> '$' is distinct from 'exception' then
    return waymark._raise_python('TypeError', 'exceptions must derive from BaseException');
  elsif p_cause = 'null' then
    return p_exception - 'cause';
  elsif p_cause ->> '$' is distinct from 'exception' then
    return waymark._raise_python('TypeError', 'exception causes must derive from BaseException');
  end if;
  return p_exception || jsonb_build_object('cause', p_cause);
end
$$;

comment on function waymark.py_with_cause(jsonb, jsonb) is
  'An exception with another cause, or none.';
