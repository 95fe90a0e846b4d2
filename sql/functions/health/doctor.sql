-- Examines the health of the engine: one row a check that is well (ok), one for each thing that will hurt soon (warning) or hurts now (failure), with
-- what to do about it. Of other sessions it sees what Postgres shows to waymark_owner; of settings, those of the caller's session. Reads only.
create or replace function waymark.doctor() returns setof waymark.finding
language plpgsql stable security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
begin
  return query select * from waymark._examine_version(v_now);
  return query select * from waymark._examine_roles();
  return query select * from waymark._examine_functions();
  return query select * from waymark._examine_sessions(v_now);
  return query select * from waymark._examine_queues(v_now);
  return query select * from waymark._examine_turns(v_now);
  return query select * from waymark._examine_runs(v_now);
  return query select * from waymark._examine_bloat(2000000);
  return query select * from waymark._examine_snapshots(v_now);
  return query select * from waymark._examine_notifications(pg_notification_queue_usage());
  return query select * from waymark._examine_connections();
  return query select * from waymark._examine_settings();
end
$$;
comment on function waymark.doctor() is 'Examines the health of the engine and says what to do.';
