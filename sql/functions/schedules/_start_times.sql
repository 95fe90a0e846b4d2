-- Starts runs of a schedule for times of its plan; null: for none. A time that has a run already is answered with that.
-- SQLSTATEs: WM201, WM202, WM203 the workflow takes other arguments now.
create or replace function waymark._start_times(p_schedule waymark.schedules, p_times timestamptz[]) returns uuid[]
language plpgsql as $$
begin
  return waymark._start_runs(p_schedule.workflow, array(select p_schedule.arguments from unnest(p_times)),
    array(select case when t is not null then waymark._fire_key(p_schedule.name, t) end from unnest(p_times) with ordinality f(t, i) order by i),
    row(p_schedule.priority, p_schedule.queue, null, 0, p_schedule.tags, null, null)::waymark.start_options);
end
$$;
comment on function waymark._start_times(waymark.schedules, timestamptz[]) is 'Starts runs of a schedule for times of its plan.';
