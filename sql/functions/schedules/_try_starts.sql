-- Starts runs of the same workflow with the same options. Where that is refused, each is tried on its own: only that which is at fault keeps the error.
create or replace function waymark._try_starts(p_starts waymark.schedule_start[]) returns waymark.schedule_start[]
language plpgsql as $$
declare
  v_first constant waymark.schedule_start := p_starts[1];
  v_run_ids uuid[];
  v_done waymark.schedule_start[] := array[]::waymark.schedule_start[];
begin
  v_run_ids := waymark._start_runs(v_first.workflow, array(select s.arguments from unnest(p_starts) s),
    array(select waymark._fire_key(s.name, s.fire_at) from unnest(p_starts) s),
    row(v_first.priority, v_first.queue, null, 0, v_first.tags, null, null)::waymark.start_options);
  return array(
    select row(s.name, s.workflow, s.arguments, s.priority, s.queue, s.tags, s.fire_at, s.run_id, null)::waymark.schedule_start
      from unnest(p_starts, v_run_ids) with ordinality s(name, workflow, arguments, priority, queue, tags, fire_at, none, error, run_id, i) order by s.i);
exception when sqlstate 'WM201' or sqlstate 'WM202' or sqlstate 'WM203' or sqlstate 'WM206' then
  if cardinality(p_starts) = 1 then
    p_starts[1].error := format('%s: %s', sqlstate, sqlerrm);
    return p_starts;
  end if;
  for v_i in 1 .. cardinality(p_starts) loop
    v_done := v_done || waymark._try_starts(p_starts[v_i : v_i]);
  end loop;
  return v_done;
end
$$;
comment on function waymark._try_starts(waymark.schedule_start[]) is 'Starts runs of schedules that are alike.';
