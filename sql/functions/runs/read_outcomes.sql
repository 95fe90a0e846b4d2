-- Reads only. Unknown ids give no row.
create or replace function waymark.read_outcomes(p_run_ids uuid[]) returns setof waymark.run_outcome
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
  return query select r.run_id, r.workflow, r.state, r.result, r.error from waymark.runs r where r.run_id = any (p_run_ids);
end
$$;
comment on function waymark.read_outcomes(uuid[]) is 'State, result and error of runs, for clients that wait for them.';
