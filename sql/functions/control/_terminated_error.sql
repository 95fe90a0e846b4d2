-- What the run whose child was terminated gets raised where it waits for it.
create or replace function waymark._terminated_error(p_run_id uuid) returns jsonb
language plpgsql immutable as $$
declare
  v_message text := format('run %s was terminated', p_run_id);
begin
  return jsonb_build_object('$', 'exception', 'type', 'waymark.errors:RunTerminated', 'args', jsonb_build_array(v_message), 'message', v_message,
    'mro', '["waymark.errors:RunTerminated", "waymark.errors:WorkflowFailed", "waymark.errors:WaymarkError", "Exception", "BaseException", "object"]'::jsonb);
end
$$;
comment on function waymark._terminated_error(uuid) is 'The exception value of RunTerminated.';
