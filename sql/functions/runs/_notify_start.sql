-- Runs at the commit of a transaction that started runs, once: only then is it known who is waiting. A check inside start could read
-- "nobody waits" long before the commit and leave the run to the poll. The setting, which ends with the transaction or with what is rolled back of it,
-- says that this is on its way; where constraints are checked early, the next start has it done again.
create or replace function waymark._notify_start() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform set_config('waymark.notifies', '', true);
  perform waymark._wake_hungry();
  return null;
end
$$;
comment on function waymark._notify_start() is 'At commit of a start: notifies daemons that wait for work.';

drop trigger if exists runs_notify_at_commit on waymark.runs;
create constraint trigger runs_notify_at_commit after insert on waymark.runs deferrable initially deferred for each row
  when (case when current_setting('waymark.notifies', true) = 'at commit' then false else set_config('waymark.notifies', 'at commit', true) is not null end)
  execute function waymark._notify_start();
