create or replace view waymark.run_overview as
select r.run_id,
       r.workflow,
       case
         when r.state <> 'live' then r.state
         when t.paused then 'paused'
         when t.step_no = 0 and t.state = 'timer' then 'delayed'
         when t.step_no = 0 then 'queued'
         when t.state = 'timer' then 'sleeping'
         else 'running'
       end as status,
       case when t.paused then 'to be resumed'
            when r.state = 'live' then
         case t.state
           when 'ready' then 'the next turn'
           when 'timer' then format('until %s', to_char(m.due_at, 'YYYY-MM-DD HH24:MI:SS'))
           when 'action' then format('%s', n.source)
           when 'semaphore' then format('a semaphore: %s', n.source)
           when 'signal' then format('the signal "%s"', t.waits_for ->> 'signal')
           when 'closing' then 'the end of its other tasks'
           else format('%s outstanding of: %s', t.pending, n.source)
         end end as waits_for,
       n.line,
       coalesce(r.result::text, format('%s: %s', r.error #>> '{exception,type}', r.error #>> '{exception,message}')) as outcome,
       r.priority,
       r.queue,
       r.idempotency_key,
       r.tags,
       r.created_at,
       r.started_at,
       r.ended_at,
       r.ended_at - r.created_at as took,
       r.parent_run,
       r.cancel_requested_at
  from waymark.runs r
  left join waymark.tasks t on t.run_id = r.run_id and t.task_no = 0
  left join waymark.timers m on m.run_id = r.run_id and m.task_no = 0 and m.action_id = 0
  left join waymark.program_nodes n on n.program_id = r.program_id and n.node = case when t.pc < 0 then ~t.pc else t.pc end;
comment on view waymark.run_overview is 'Every run, for people: how it stands, what it waits for, how it ended.';
