-- The first value of a semaphore. SQLSTATEs: WM501 (TypeError, ValueError), WM502.
create or replace function waymark._check_semaphore(p_value jsonb) returns jsonb
language plpgsql stable as $$
begin
  if waymark.py_lt(p_value, '0') then
    perform waymark._raise_python('ValueError', 'Semaphore initial value must be >= 0');
  elsif not coalesce(waymark._py_int(p_value) between 0 and 1000000000, false) then
    perform waymark._refuse(format('a semaphore of %s', left(p_value::text, 50)), 'Give it an int of at most 1,000,000,000.');
  end if;
  return to_jsonb(waymark._py_int(p_value));
end
$$;
comment on function waymark._check_semaphore(jsonb) is 'The first value of a semaphore.';
