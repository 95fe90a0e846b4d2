-- Running attempts tell that they go on: the time of each counts anew, up to its final deadline, and its details are kept (null: as they were) for the next
-- attempt. The arrays are parallel, sorted by (run id, action id). Answers the positions of attempts that are no longer wanted: ended, cancelled, or claimed by another.
-- Locks: actions in the order given (skip locked: whoever holds one is ending it). SQLSTATEs: WM401, WM205.
create or replace function waymark.heartbeat(p_session bigint, p_run_ids uuid[], p_action_ids bigint[], p_fencing_tokens bigint[], p_details jsonb[])
returns int[]
language plpgsql security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  c_limit constant int := 131072;
  v_now timestamptz := waymark._now();
begin
  perform waymark._require_session(p_session, v_now);
  if exists (select from unnest(p_details) d where octet_length(d::text) > c_limit) then
    raise exception using errcode = 'WM205', message = format('the details of a heartbeat have more than %s bytes', c_limit),
      hint = 'Store what is large elsewhere, and where in the details.';
  end if;
  with alive as materialized (
    select a.row_id, b.details
      from unnest(p_run_ids, p_action_ids, p_fencing_tokens, p_details) as b(run_id, action_id, fencing_token, details)
     cross join lateral (
        select c.ctid as row_id from waymark.actions c
         where c.run_id = b.run_id and c.action_id = b.action_id and c.fencing_token = b.fencing_token and c.session_id is not null
           for update skip locked offset 0) a
  )
  update waymark.actions a
     set deadline = least(v_now + a.timeout_ms * interval '1 millisecond', a.final_deadline) + interval '10 seconds',
         heartbeat_at = v_now, details = coalesce(l.details, a.details)
    from alive l where a.ctid = l.row_id;
  return waymark.find_unwanted(p_run_ids, p_action_ids, p_fencing_tokens);
end
$$;
comment on function waymark.heartbeat(bigint, uuid[], bigint[], bigint[], jsonb[]) is
  'Extends running attempts and keeps their details; answers the positions of those no longer wanted.';
