-- Deletes runs of one state that ended longer than p_older_than ago, with all that belongs to them. One bounded batch in one transaction, in the order of
-- creation, behind p_after (the outcome's `last`, to go on); see _prune_runs.
-- Locks: runs (skip locked). SQLSTATEs: WM205.
create or replace function waymark.prune(p_state text, p_older_than interval, p_limit int default 1000, p_after uuid default null) returns waymark.prune_outcome
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  perform waymark._check_retention(p_state, p_older_than);
  if p_limit is null or p_limit not between 1 and 10000 then
    perform waymark._raise('WM205', format('the limit is %s; allowed are 1 to 10000', coalesce(p_limit::text, 'null')));
  end if;
  return waymark._prune_runs(array[row(p_state, p_older_than)::waymark.retention], p_after, p_limit);
end
$$;
comment on function waymark.prune(text, interval, int, uuid) is 'Deletes a batch of runs that ended long ago, with all that belongs to them.';
