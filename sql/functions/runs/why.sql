-- What a run waits for, in a sentence for people; of the tasks of a run, its body says. The words may change: programs read the views. Reads only. SQLSTATEs: WM301.
create or replace function waymark.why(p_run_id uuid) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_run record;
  v_task waymark.tasks;
  v_turn text;
  v_until text;
  v_what text;
begin
  select * into v_run from waymark.run_overview o where o.run_id = p_run_id;
  if not found then
    perform waymark._raise('WM301', format('there is no run %s', p_run_id));
  end if;
  select * into v_task from waymark.tasks t where t.run_id = p_run_id and t.task_no = 0;
  if not found then
    return format('%s: it has %s %s%s', v_run.workflow, v_run.status, to_char(v_run.ended_at, 'YYYY-MM-DD HH24:MI:SS'), coalesce(
      case when v_run.status <> 'succeeded' then format(', in line %s: ', v_run.line) || v_run.outcome end, ''));
  end if;
  v_turn := coalesce(waymark._why_idle(null), 'the next turn of a daemon');
  select to_char(m.due_at, 'YYYY-MM-DD HH24:MI:SS') into v_until
    from waymark.timers m where m.run_id = p_run_id and m.task_no = 0 and m.action_id = 0 and m.due_at > waymark._now() and m.due_at < 'infinity';
  v_what := case v_task.state
    when 'ready' then v_turn
    when 'timer' then coalesce(format('%s until ', case when v_task.started_at is null then 'its start, delayed' else 'a sleep' end) || v_until, v_turn)
    when 'action' then coalesce(waymark._why_action(p_run_id, v_task.step_no), v_turn)
    when 'gather' then waymark._why_branches(v_task)
    when 'settle' then waymark._why_branches(v_task)
    when 'semaphore' then 'a semaphore that other tasks hold'
    when 'signal' then format('the signal "%s"', v_task.waits_for ->> 'signal') || coalesce(', at most until ' || v_until, '')
    when 'closing' then 'the end of its other tasks; its body has ended'
    else format('%s of %s tasks', case v_task.state when 'first' then '1' else v_task.pending::text end, jsonb_array_length(v_task.waits_for -> 'tasks'))
         || coalesce(', at most until ' || v_until, '')
  end;
  return format('%s: it waits for %s%s%s', v_run.workflow,
    case when v_task.paused then 'being resumed, and then for ' else '' end, v_what, coalesce(format(' (line %s)', v_run.line), ''))
    || case when v_run.cancel_requested_at is not null then '; it was asked to cancel' else '' end
    || coalesce((select format('; its deadline is %s', to_char(r.deadline, 'YYYY-MM-DD HH24:MI:SS')) from waymark.runs r where r.run_id = p_run_id and r.deadline is not null), '');
end
$$;
comment on function waymark.why(uuid) is 'What a run waits for, or how it ended, in a sentence.';
