-- How the action or child run stands that a body waits for; of several, the first that does not run.
create or replace function waymark._why_action(p_run_id uuid, p_step_no int) returns text
language plpgsql stable as $$
declare
  v_now timestamptz := waymark._now();
  v_action waymark.actions;
  v_last text;
begin
  select * into v_action from waymark.actions a where a.run_id = p_run_id and a.task_no = 0 and a.step_no = p_step_no
   order by a.state = 'running', a.slot limit 1;
  if not found then
    return null;
  elsif v_action.state = 'child' then
    return format('child run %s of %s, which is %s', v_action.child_run, v_action.name, waymark.status(v_action.child_run));
  end if;
  select coalesce(format('%s: %s', h.value ->> 'type', h.value ->> 'message'), h.outcome) into v_last
    from waymark.action_attempts h
   where h.run_id = p_run_id and h.task_no = 0 and h.step_no = p_step_no and h.slot = v_action.slot and h.attempt = v_action.attempt - 1;
  return format('%s in queue "%s", attempt %s, ',
                case v_action.name when 'waymark:evaluate' then 'an expression that a worker evaluates' else 'action ' || v_action.name end,
                v_action.queue, v_action.attempt)
    || case when v_action.state = 'running' then coalesce(
        (select format('running since %s on %s%s', to_char(v_action.claimed_at, 'YYYY-MM-DD HH24:MI:SS'), coalesce(s.info ->> 'host', '?'),
                       case when s.expires_at <= v_now then ', the lease of which has expired' else '' end)
           from waymark.sessions s where s.session_id = v_action.session_id), 'whose daemon is gone')
      when v_action.state = 'blocked' then waymark._why_blocked(v_action)
      when v_action.state = 'backoff' and v_action.ready_at > v_now then format('backing off until %s', to_char(v_action.ready_at, 'YYYY-MM-DD HH24:MI:SS'))
      else 'ready' || coalesce(' and waiting for ' || waymark._why_idle(v_action.queue), ', but the queue is at ' || waymark._why_limited(v_action.queue, v_now), '') end
    || coalesce(', after ' || v_last, '');
end
$$;
comment on function waymark._why_action(uuid, int) is 'How the action stands that a body waits for.';
