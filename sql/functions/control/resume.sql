-- Resumes a paused run; one that is not paused goes on as it does. Answers its status. Locks: the body, its timers. SQLSTATEs: WM301, WM305 the run has ended.
create or replace function waymark.resume(p_run_id uuid) returns text
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if (waymark._lock_run(p_run_id)).run_id is null then
    perform waymark._refuse_state('resume', p_run_id, 'has not ended');
  end if;
  perform waymark._resume_runs(array[p_run_id], waymark._now());
  perform waymark._wake_hungry();
  return waymark.status(p_run_id);
end
$$;
comment on function waymark.resume(uuid) is 'Resumes a paused run; returns its status.';
