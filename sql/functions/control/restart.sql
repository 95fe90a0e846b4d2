-- Starts a new run with the input of another, whatever became of that: same workflow (its newest program), arguments, priority, queue, tags and time to its deadline; no idempotency
-- key. Answers the id of the new run. SQLSTATEs: WM301, and those of waymark.start.
create or replace function waymark.restart(p_run_id uuid) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_run waymark.runs;
begin
  select * into v_run from waymark.runs r where r.run_id = p_run_id;
  if not found then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  end if;
  return waymark.start(v_run.workflow, v_run.arguments, jsonb_strip_nulls(
    jsonb_build_object('priority', v_run.priority, 'queue', v_run.queue, 'tags', v_run.tags,
                       'deadline', extract(epoch from v_run.deadline - v_run.created_at))));
end
$$;
comment on function waymark.restart(uuid) is 'Starts a new run with the input of another and the newest program; returns its id.';
