-- Changes the priority of a live run, and with it that of its tasks and actions; an action whose result is being handed in right now keeps its own.
-- Answers the run's status. Locks: the body, actions (skip locked), the row of runs. SQLSTATEs: WM205, WM301, WM305 the run has ended.
create or replace function waymark.set_priority(p_run_id uuid, p_priority int) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if p_priority is null or p_priority not between -1000 and 1000 then
    raise exception using errcode = 'WM205', message = format('the priority is %s; allowed is a whole number from -1000 to 1000', coalesce(p_priority::text, 'null'));
  elsif (waymark._lock_run(p_run_id)).run_id is null then
    perform waymark._refuse_state('set_priority', p_run_id, 'has not ended');
  end if;
  update waymark.actions a set priority = p_priority
    from (select c.ctid as row_id from waymark.actions c where c.run_id = p_run_id for update skip locked offset 0) c where a.ctid = c.row_id;
  update waymark.tasks set priority = p_priority where run_id = p_run_id;
  update waymark.runs set priority = p_priority where run_id = p_run_id;
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.set_priority(uuid, int) is 'Changes the priority of a live run; returns its status.';
