-- Lets paused runs go on: their ready tasks can be claimed, what became due meanwhile is due now. The caller has the bodies locked.
create or replace function waymark._resume_runs(p_run_ids uuid[], p_now timestamptz) returns void
language plpgsql as $$
begin
  update waymark.tasks t set paused = null
    from unnest(p_run_ids) r(run_id) cross join lateral (select w.ctid as row_id from waymark.tasks w where w.run_id = r.run_id offset 0) w
   where t.ctid = w.row_id;
  update waymark.timers t set due_at = p_now
    from unnest(p_run_ids) r(run_id)
   cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = r.run_id and m.due_at = 'infinity' offset 0) m
   where t.ctid = m.row_id;
end
$$;
comment on function waymark._resume_runs(uuid[], timestamptz) is 'Lets paused runs go on.';
