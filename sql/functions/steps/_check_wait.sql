-- The payload of a wait; seconds is its timeout. SQLSTATEs: WM501, WM503.
create or replace function waymark._check_wait(p_tasks jsonb, p_until text, p_timeout jsonb, p_linked boolean) returns jsonb
language plpgsql stable as $$
begin
  return jsonb_strip_nulls(jsonb_build_object('tasks', waymark._check_tasks(p_tasks), 'until', p_until, 'linked', p_linked,
                                              'seconds', waymark._check_timeout(p_timeout)));
end
$$;
comment on function waymark._check_wait(jsonb, text, jsonb, boolean) is 'The payload of a wait.';
