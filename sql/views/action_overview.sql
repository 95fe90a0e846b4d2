create or replace view waymark.action_overview as
select a.run_id, a.step_no, a.slot, a.name, a.attempt, a.state as status, a.arguments::text as arguments, null::text as value,
       a.ready_at, a.claimed_at, null::timestamptz as ended_at, null::interval as run_time, n.line, a.node, a.session_id,
       a.heartbeat_at, a.details
  from waymark.actions a
  join waymark.runs r using (run_id)
  left join waymark.program_nodes n on n.program_id = r.program_id and n.node = a.node
union all
select h.run_id, h.step_no, h.slot, h.name, h.attempt, h.outcome, h.arguments::text,
       case when h.value ->> '$' = 'exception' then format('%s: %s', h.value ->> 'type', h.value ->> 'message') else h.value::text end,
       h.ready_at, h.claimed_at, h.ended_at, h.run_us * interval '1 microsecond', n.line, h.node, h.session_id,
       null, null
  from waymark.action_attempts h
  join waymark.runs r using (run_id)
  left join waymark.program_nodes n on n.program_id = r.program_id and n.node = h.node;
comment on view waymark.action_overview is 'Every attempt of every action, outstanding or ended, for people.';
