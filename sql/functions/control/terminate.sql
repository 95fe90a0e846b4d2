-- Ends a run at once, and its child runs: no handler is asked, what its actions still say is rejected. Of a run that has ended nothing changes. Answers
-- its status. Locks: the body, then what is the run's; actions that are being handed in are passed over. SQLSTATEs: WM301.
create or replace function waymark.terminate(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if (waymark._lock_run(p_run_id)).run_id is not null then
    perform waymark._terminate_runs(array[p_run_id], waymark._now());
    perform waymark._wake_hungry();
  end if;
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.terminate(uuid) is 'Ends a run at once, without asking its handlers; returns its status.';
