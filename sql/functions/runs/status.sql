-- Reads only. SQLSTATEs: WM301.
create or replace function waymark.status(p_run_id uuid) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_status text;
begin
  select o.status into v_status from waymark.run_overview o where o.run_id = p_run_id;
  if not found then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  end if;
  return v_status;
end
$$;
comment on function waymark.status(uuid) is 'How a run stands: queued, delayed, running, sleeping, paused, succeeded, failed, cancelled or terminated.';
