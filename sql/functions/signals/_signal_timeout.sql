-- What a wait for a signal raises when its time is over.
create or replace function waymark._signal_timeout(p_name text) returns jsonb
language plpgsql immutable as $$
declare
  v_message text := format('no signal "%s" in time', p_name);
begin
  return jsonb_build_object('$', 'exception', 'type', 'TimeoutError', 'mro', waymark._builtin_mro('TimeoutError'),
                            'args', jsonb_build_array(v_message), 'message', v_message);
end
$$;
comment on function waymark._signal_timeout(text) is 'The TimeoutError of a wait for a signal.';
