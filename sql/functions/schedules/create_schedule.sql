-- Starts runs of a workflow again and again, as a cron expression or `@every <interval>` says; docs/schedules.md has the options. Each run is of the workflow's
-- newest program then; the arguments are checked with that of today. The first time is after now.
-- SQLSTATEs: WM201, WM202, WM203, WM206 workflow and arguments; WM204, WM205 options; WM210, WM211, WM212, WM215, WM216 the plan; WM213 the name is taken.
create or replace function waymark.create_schedule(
  p_name text, p_workflow text, p_schedule text, p_arguments jsonb default '{}', p_options jsonb default '{}') returns void
language plpgsql security definer set search_path = '' as $$
declare
  c_new constant jsonb := jsonb '{"timezone": "UTC", "jitter": 0, "priority": 0, "queue": "default", "overlap": "skip", "catch_up": "one", "catch_up_limit": 100,
    "state": "active", "runs_started": 0, "runs_triggered": 0, "fires_skipped": 0, "fires_failed": 0}';
  v_now timestamptz := waymark._now();
  v_schedule waymark.schedules;
begin
  if not coalesce(length(p_name) between 1 and 200, false) then
    perform waymark._raise('WM205', 'the name of a schedule has 1 to 200 characters');
  end if;
  if p_options ?| array['schedule', 'arguments'] then
    perform waymark._raise('WM204', 'schedule and arguments are no options of waymark.create_schedule', '', 'They are parameters of their own.');
  end if;
  v_schedule := jsonb_populate_record(v_schedule, c_new || jsonb_build_object('name', p_name, 'workflow', p_workflow, 'created_at', v_now));
  v_schedule := waymark._change_schedule(v_schedule, p_options);
  v_schedule := waymark._change_schedule(v_schedule, jsonb_build_object('schedule', coalesce(p_schedule, ''), 'arguments', p_arguments));
  v_schedule := waymark._plan(v_schedule, v_now);
  insert into waymark.schedules select (v_schedule).* on conflict (name) do nothing;
  if not found then
    perform waymark._raise('WM213', format('there is a schedule %L already', p_name), '', 'Choose another name, or change it: waymark.edit_schedule.');
  end if;
  perform pg_notify('waymark', 'schedules');
end
$$;
comment on function waymark.create_schedule(text, text, text, jsonb, jsonb) is 'Starts runs of a workflow again and again, by a plan.';
