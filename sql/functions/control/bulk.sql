-- One verb for all runs that a filter picks, a bounded batch of them: the first `limit` by id after the run `after`. Child runs are never picked: what is done
-- to their parents reaches them. Nothing happens in a dry run, which is the default; it counts. A run that has meanwhile come into another state is passed over.
-- Locks: the bodies of the runs in key order. SQLSTATEs: WM204, WM205.
create or replace function waymark.bulk(p_verb text, p_filter jsonb, p_options jsonb default '{}') returns waymark.bulk_outcome
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_filter waymark.run_filter := waymark._parse_run_filter(p_filter);
  v_options waymark.bulk_options := waymark._parse_bulk_options(p_verb, p_options);
  v_outcome waymark.bulk_outcome;
  v_run_id uuid;
begin
  v_outcome.done := 0;
  v_outcome.matched := 0;
  for v_run_id in
    select r.run_id from waymark.runs r
     where (v_options.after is null or r.run_id > v_options.after) and r.parent_run is null
       and case when p_verb = 'restart' then true when p_verb = 'retry' then r.state = 'failed' else r.state = 'live' end
       and (v_filter.workflow is null or r.workflow = v_filter.workflow)
       and (v_filter.queue is null or r.queue = v_filter.queue)
       and (v_filter.tags is null or r.tags @> v_filter.tags)
       and (v_filter.created_after is null or r.created_at >= v_filter.created_after)
       and (v_filter.created_before is null or r.created_at < v_filter.created_before)
       and (v_filter.error is null or v_filter.error in (r.error #>> '{exception,type}', split_part(r.error #>> '{exception,type}', ':', 2)))
       and (v_filter.states is null or waymark.status(r.run_id) = any (v_filter.states))
     order by r.run_id limit v_options."limit"
  loop
    v_outcome.matched := v_outcome.matched + 1;
    v_outcome.last := v_run_id;
    continue when v_options.dry_run;
    begin
      case p_verb
        when 'cancel' then perform waymark.cancel(v_run_id);
        when 'terminate' then perform waymark.terminate(v_run_id);
        when 'pause' then perform waymark.pause(v_run_id);
        when 'resume' then perform waymark.resume(v_run_id);
        when 'wake' then perform waymark.wake(v_run_id);
        when 'retry' then perform waymark.retry(v_run_id);
        when 'restart' then perform waymark.restart(v_run_id);
        when 'set_priority' then perform waymark.set_priority(v_run_id, v_options.priority);
      end case;
      v_outcome.done := v_outcome.done + 1;
    exception when sqlstate 'WM301' or sqlstate 'WM305' then
      null;
    end;
  end loop;
  v_outcome.more := v_outcome.matched = v_options."limit";
  return v_outcome;
end
$$;
comment on function waymark.bulk(text, jsonb, jsonb) is 'Cancels, terminates, pauses, resumes, wakes, retries or restarts the runs that a filter picks, or only counts them.';
