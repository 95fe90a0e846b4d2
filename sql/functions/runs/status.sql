-- Reads only. SQLSTATEs: WM301.
create function waymark.status(p_run_id uuid) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_status text;
begin
  select waymark._describe_status(r.state, t.state, t.step_no) into v_status
    from waymark.runs r left join waymark.tasks t on t.run_id = r.run_id and t.task_no = 0
   where r.run_id = p_run_id;
  if not found then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  end if;
  return v_status;
end
$$;
comment on function waymark.status(uuid) is 'How a run stands: queued, delayed, running, sleeping, succeeded or failed.';
