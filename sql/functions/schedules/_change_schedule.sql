-- A schedule with what is said of it, validated: options by their columns, the plan read, the arguments as the workflow takes them today. Its times are the caller's.
-- SQLSTATEs: WM201 unknown workflow, WM202, WM203, WM206 arguments, WM204, WM205 options, WM210, WM211, WM215, WM216 the plan.
create or replace function waymark._change_schedule(p_schedule waymark.schedules, p_changes jsonb) returns waymark.schedules
language plpgsql stable as $$
declare
  v_parameters jsonb;
begin
  perform waymark._check_schedule_changes(p_changes);
  -- 5.0 is a whole number, too.
  p_schedule := jsonb_populate_record(p_schedule, coalesce((
    select jsonb_object_agg(c.key, case when jsonb_typeof(c.value) = 'number' then to_jsonb(trim_scale(c.value::numeric)) else c.value end)
      from jsonb_each(p_changes) c), '{}'));
  if p_schedule.end_at <= p_schedule.start_at then
    perform waymark._raise('WM205', format('the schedule would end at %s, which is not after its start', p_schedule.end_at));
  end if;
  if p_changes ? 'schedule' then
    p_schedule.every := null;
    p_schedule.cron := null;
    if p_schedule.schedule ~* '^\s*@every\M' then
      p_schedule.every := waymark._parse_interval(p_schedule.schedule);
    else
      p_schedule.cron := waymark._parse_cron(p_schedule.schedule);
    end if;
  end if;
  perform waymark._check_zone(p_schedule.timezone);
  if p_changes ? 'arguments' then
    select p.parameters into v_parameters from waymark.workflows w join waymark.programs p using (program_id) where w.workflow = p_schedule.workflow;
    if not found then
      raise exception using errcode = 'WM201', message = format('there is no workflow "%s"', p_schedule.workflow),
        hint = 'Register it: start a worker that has it in WAYMARK_USER_MODULE, or run: waymark register MODULE.';
    end if;
    p_schedule.arguments := coalesce(nullif(p_changes -> 'arguments', 'null'), '{}');
    perform waymark._bind_arguments(p_schedule.workflow, v_parameters, p_schedule.arguments);
  end if;
  return p_schedule;
exception
  when datetime_field_overflow or invalid_datetime_format or invalid_time_zone_displacement_value then
    raise exception using errcode = 'WM205', message = format('a schedule has a time that does not exist: %s', sqlerrm);
end
$$;
comment on function waymark._change_schedule(waymark.schedules, jsonb) is 'A schedule with what is said of it, validated.';
