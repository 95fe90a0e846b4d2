-- What the body sees when an action timed out or lost its worker: WaymarkTimeout, a TimeoutError.
create or replace function waymark._timeout_exception(p_name text, p_outcome text, p_timeout_ms int, p_reason jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_message text := case p_outcome
    when 'timed_out' then format('%s did not end within %s s', p_name, round(p_timeout_ms / 1000.0, 3)::double precision)
    else format('%s lost its worker: %s', p_name, coalesce(p_reason #>> '{}', 'no reason was given')) end;
begin
  return jsonb_build_object('$', 'exception', 'type', 'waymark.errors:WaymarkTimeout',
    'mro', '["waymark.errors:WaymarkTimeout", "waymark.errors:WaymarkError", "TimeoutError", "OSError", "Exception", "BaseException", "object"]'::jsonb,
    'args', jsonb_build_array(v_message), 'message', v_message);
end
$$;
comment on function waymark._timeout_exception(text, text, int, jsonb) is 'The exception value of an attempt that timed out or was lost.';
