-- How the action or child run stands that a body waits for.
create or replace function waymark._why_action(p_run_id uuid, p_step_no int) returns text
language plpgsql stable as $$
declare
  v_action waymark.actions;
  v_last text;
begin
  select * into v_action from waymark.actions a where a.run_id = p_run_id and a.task_no = 0 and a.step_no = p_step_no;
  if not found then
    return 'the next turn of a daemon';
  elsif v_action.state = 'child' then
    return format('child run %s of %s', v_action.child_run, v_action.name);
  end if;
  select coalesce(format('%s: %s', h.value ->> 'type', h.value ->> 'message'), h.outcome) into v_last
    from waymark.action_attempts h
   where h.run_id = p_run_id and h.task_no = 0 and h.step_no = p_step_no and h.attempt = v_action.attempt - 1;
  return format('action %s in queue "%s", attempt %s, ', v_action.name, v_action.queue, v_action.attempt) || case v_action.state
      when 'running' then coalesce(
        (select format('running since %s on %s', to_char(v_action.claimed_at, 'YYYY-MM-DD HH24:MI:SS'), coalesce(s.info ->> 'host', '?'))
           from waymark.sessions s where s.session_id = v_action.session_id), 'whose daemon is gone')
      when 'backoff' then format('backing off until %s', to_char(v_action.ready_at, 'YYYY-MM-DD HH24:MI:SS'))
      else 'ready' || coalesce(' and waiting for ' || waymark._why_idle(v_action.queue), '') end
    || coalesce(', after ' || v_last, '');
end
$$;
comment on function waymark._why_action(uuid, int) is 'How the action stands that a body waits for.';
