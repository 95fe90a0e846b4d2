-- The payload of a wait for a signal; seconds is its timeout. SQLSTATEs: WM501 (TypeError, ValueError), WM503.
create or replace function waymark._check_signal_wait(p_name jsonb, p_timeout jsonb) returns jsonb
language plpgsql stable as $$
begin
  if jsonb_typeof(p_name) <> 'string' then
    perform waymark._raise_python('TypeError', format('the name of a signal is a str, not %s', waymark._py_type_name(p_name)));
  elsif length(p_name #>> '{}') not between 1 and 200 then
    perform waymark._raise_python('ValueError', 'the name of a signal has 1 to 200 characters');
  end if;
  return jsonb_strip_nulls(jsonb_build_object('signal', p_name, 'seconds', waymark._check_timeout(p_timeout)));
end
$$;
comment on function waymark._check_signal_wait(jsonb, jsonb) is 'The payload of a wait for a signal.';
