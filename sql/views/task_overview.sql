create or replace view waymark.task_overview as
select t.run_id, t.task_no, coalesce(t.name, 'run') as name,
       case t.state when 'ready' then 'ready' when 'timer' then 'sleeping' when 'closing' then 'ended' else 'waiting' end as status,
       case t.state when 'timer' then format('until %s', to_char(m.due_at, 'YYYY-MM-DD HH24:MI:SS'))
                    when 'semaphore' then format('a semaphore: %s', n.source)
                    when 'signal' then format('the signal "%s"', t.waits_for ->> 'signal')
                    when 'closing' then 'the end of the other tasks'
                    when 'ready' then 'the next turn'
                    when 'action' then n.source
                    else format('%s outstanding of: %s', t.pending, n.source) end as waits_for,
       n.line, t.parent_no, t.slot, null::text as value, t.started_at, null::timestamptz as ended_at
  from waymark.tasks t
  join waymark.runs r using (run_id)
  left join waymark.timers m on m.run_id = t.run_id and m.task_no = t.task_no and m.action_id = 0
  left join waymark.program_nodes n on n.program_id = r.program_id and n.node = case when t.pc < 0 then ~t.pc else t.pc end
union all
select h.run_id, h.task_no, h.name, h.status, null, null, h.parent_no, h.slot,
       case when h.value ->> '$' = 'exception' then format('%s: %s', h.value ->> 'type', h.value ->> 'message') else h.value::text end,
       h.started_at, h.ended_at
  from waymark.task_history h;
comment on view waymark.task_overview is 'The tasks of runs, live and ended, for people.';
