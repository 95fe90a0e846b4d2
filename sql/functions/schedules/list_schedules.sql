-- The schedules of a state (null: all) by name. SQLSTATEs: WM205.
create or replace function waymark.list_schedules(p_state text default null) returns setof waymark.schedule_info
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_state not in ('active', 'paused', 'ended') then
    perform waymark._raise('WM205', format('schedules have no state %L', left(p_state, 100)), '', 'States are active, paused and ended.');
  end if;
  return query
    select s.name, s.workflow, s.schedule, s.timezone, s.state, s.arguments,
           jsonb_strip_nulls(jsonb_build_object(
             'jitter', s.jitter, 'priority', s.priority, 'queue', s.queue, 'tags', s.tags, 'overlap', s.overlap, 'catch_up', s.catch_up,
             'catch_up_limit', s.catch_up_limit, 'start_at', s.start_at, 'end_at', s.end_at, 'max_runs', s.max_runs)),
           case when s.state = 'active' then s.fire_at end, s.due_at, s.last_fire_at, s.last_run_id, s.queued_fire_at,
           s.runs_started, s.runs_triggered, s.fires_skipped, s.fires_failed, s.last_error, s.created_at
      from waymark.schedules s where s.state = p_state or p_state is null order by s.name;
end
$$;
comment on function waymark.list_schedules(text) is 'The schedules, with how far each has got.';
