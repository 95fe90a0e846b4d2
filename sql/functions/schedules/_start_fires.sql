-- Starts the runs of schedules, those that are alike together. Answers each with its run, or with what refused it: then the others go on.
create or replace function waymark._start_fires(p_starts waymark.schedule_start[]) returns waymark.schedule_start[]
language plpgsql as $$
declare
  v_group waymark.schedule_start[];
  v_done waymark.schedule_start[] := array[]::waymark.schedule_start[];
begin
  for v_group in
    select array_agg(s order by s.fire_at, s.name) from unnest(p_starts) s
     group by s.workflow, s.priority, s.queue, s.tags order by s.workflow, s.priority, s.queue, s.tags
  loop
    v_done := v_done || waymark._try_starts(v_group);
  end loop;
  return v_done;
end
$$;
comment on function waymark._start_fires(waymark.schedule_start[]) is 'Starts the runs of schedules.';
