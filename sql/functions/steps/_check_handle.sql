-- The number in the handle of a task or a semaphore. SQLSTATEs: WM501 (TypeError).
create or replace function waymark._check_handle(p_value jsonb, p_kind text) returns jsonb
language plpgsql stable as $$
begin
  if p_value ->> '$' is distinct from p_kind then
    perform waymark._raise_python('TypeError', format('a %s is needed, not %s', p_kind, waymark._py_type_name(p_value)));
  end if;
  return p_value -> 'v';
end
$$;
comment on function waymark._check_handle(jsonb, text) is 'The number in a handle.';
