-- One word for how a run stands, from its state and its body's task.
create function waymark._describe_status(p_state text, p_task_state text, p_step_no int) returns text
language plpgsql immutable parallel safe as $$
begin
  return case
    when p_state <> 'live' then p_state
    when p_step_no = 0 and p_task_state = 'timer' then 'delayed'
    when p_step_no = 0 then 'queued'
    when p_task_state = 'timer' then 'sleeping'
    else 'running'
  end;
end
$$;
comment on function waymark._describe_status(text, text, int) is 'One word for how a run stands.';
