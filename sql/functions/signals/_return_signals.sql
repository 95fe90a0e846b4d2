-- Tasks that were cancelled before they went on (as they were) give back the signals that they had been handed, to be taken by others.
create or replace function waymark._return_signals(p_tasks waymark.tasks[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_keys waymark.signal_key[];
begin
  with returned as (
    update waymark.signals s set taken_at = null, taken_by = null
      from unnest(p_tasks) v
     cross join lateral (select g.ctid as row_id from waymark.signals g where g.run_id = v.run_id and g.seq = (v.wake -> 'signal')::bigint offset 0) g
     where s.ctid = g.row_id
    returning s.run_id, s.name
  )
  select array_agg(row(r.run_id, r.name)::waymark.signal_key) into v_keys from returned r;
  perform waymark._deliver_signals(v_keys, p_now);
end
$$;
comment on function waymark._return_signals(waymark.tasks[], timestamptz) is 'Takes back the signals of cancelled tasks.';
