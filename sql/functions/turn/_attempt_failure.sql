-- The exception value of an attempt that did not succeed. An action's own exception stays what it is; an attempt that timed out or was lost is a WaymarkTimeout,
-- and ExhaustedRetries, a WaymarkTimeout too, when it was the last: that is what the body sees. What is final after several attempts carries them.
create or replace function waymark._attempt_failure(p_row tid, p_outcome text, p_value jsonb, p_final boolean, p_now timestamptz) returns jsonb
language plpgsql as $$
declare
  v_action waymark.actions;
  v_message text;
  v_types text[] := array['waymark.errors:WaymarkTimeout', 'waymark.errors:WaymarkError', 'TimeoutError', 'OSError', 'Exception', 'BaseException', 'object'];
  v_value jsonb := p_value;
begin
  select * into v_action from waymark.actions a where a.ctid = p_row;
  if p_outcome <> 'failed' then
    v_message := v_action.name || case
      when p_outcome = 'lost' then ' lost its worker: ' || coalesce(p_value #>> '{}', 'no reason was given')
      when v_action.final_deadline <= p_now then ' did not end before its deadline'
      else format(' did not end within %s s', round(v_action.timeout_ms / 1000.0, 3)::double precision) end;
    if p_final then
      v_types := array_prepend('waymark.errors:ExhaustedRetries', v_types);
    end if;
    v_value := jsonb_build_object('$', 'exception', 'type', v_types[1], 'mro', v_types, 'args', array[v_message], 'message', v_message);
  end if;
  if p_final and (p_outcome <> 'failed' or v_action.attempt > 1) then
    v_value := v_value || jsonb_build_object('attrs', coalesce(v_value -> 'attrs', '{}') || jsonb_build_object(
      case when p_outcome = 'failed' then '__waymark_attempts__' else 'attempts' end, waymark._describe_attempts(v_action, p_outcome, v_value)));
  end if;
  return v_value;
end
$$;
comment on function waymark._attempt_failure(tid, text, jsonb, boolean, timestamptz) is 'The exception value of an attempt that did not succeed.';
