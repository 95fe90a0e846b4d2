-- Runs at the commit of a transaction that started a run: only then is it known who is waiting. A check inside start could read
-- "nobody waits" long before the commit and leave the run to the poll.
create or replace function waymark._notify_start() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform waymark._wake_hungry();
  return null;
end
$$;
comment on function waymark._notify_start() is 'At commit of a start: notifies daemons that wait for work.';

drop trigger if exists runs_notify_at_commit on waymark.runs;
create constraint trigger runs_notify_at_commit after insert on waymark.runs
  deferrable initially deferred for each row execute function waymark._notify_start();
