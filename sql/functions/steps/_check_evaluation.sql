-- What CPython has made of an expression: its exception is raised as if the engine had. What is no exception of Python, but that nobody can compute this,
-- ends the run as a refusal of the engine does. SQLSTATEs: WM501, WM502, WM503.
create or replace function waymark._check_evaluation(p_ok boolean, p_value jsonb) returns void
language plpgsql stable as $$
begin
  if p_ok then
    return;
  elsif p_value -> 'mro' ? 'waymark.errors:WaymarkError' then
    raise exception using message = p_value ->> 'message',
      errcode = case p_value ->> 'type' when 'waymark.errors:LimitExceeded' then 'WM503' else 'WM502' end,
      detail = 'Neither the engine nor a worker can give the result that the body would have in one process.';
  end if;
  perform waymark._raise_value(p_value);
end
$$;
comment on function waymark._check_evaluation(boolean, jsonb) is 'Raises what an evaluation by CPython has raised.';
