-- Locks schedules that are due, the longest due first, and those with a time that has waited for a run which has ended; answers their names.
-- Locks: schedules (skip locked).
create or replace function waymark._claim_schedules(p_batch int, p_now timestamptz) returns text[]
language plpgsql as $$
declare
  v_due text[] := array(
    select s.name from waymark.schedules s where s.due_at <= p_now order by s.due_at limit p_batch for update skip locked);
begin
  return v_due || array(
    select s.name from waymark.schedules s
     where s.queued_fire_at is not null and s.name <> all (v_due)
       and not exists (select from waymark.runs r where r.run_id = s.last_run_id and r.state = 'live')
     limit p_batch - cardinality(v_due) for update skip locked);
end
$$;
comment on function waymark._claim_schedules(int, timestamptz) is 'Locks schedules that are to be fired.';
