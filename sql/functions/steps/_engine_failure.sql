-- The payload of a raise for what is not a Python exception: an operation that the engine refuses (WM502), a limit (WM503), or any database error.
-- fatal: no handler sees it, in whatever task of the run; nor do those of the run that waits for it as a child.
create or replace function waymark._engine_failure(p_pc int, p_sqlstate text, p_message text) returns jsonb
language plpgsql immutable as $$
declare
  v_type text := case p_sqlstate when 'WM502' then 'waymark.errors:UnsupportedOperation' when 'WM503' then 'waymark.errors:LimitExceeded'
                                 else 'waymark.errors:EngineError' end;
  v_message text := case when p_sqlstate like 'WM%' then p_message else format('%s (SQLSTATE %s)', p_message, p_sqlstate) end;
begin
  return jsonb_build_object('fatal', true, 'node', case when p_pc < 0 then ~p_pc else p_pc end, 'exception', jsonb_build_object(
    '$', 'exception', 'type', v_type,
    'mro', jsonb_build_array(v_type, 'waymark.errors:WaymarkError', 'Exception', 'BaseException', 'object'),
    'args', jsonb_build_array(v_message), 'message', v_message));
end
$$;
comment on function waymark._engine_failure(int, text, text) is 'What a run fails with when the engine cannot go on with it.';
