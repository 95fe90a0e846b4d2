"""What holds of the tables of the engine at every moment, whatever has happened: one query, a sentence for each breach."""

import psycopg

BREACHES = """
select 'run ' || r.run_id || ' is live and has no body' from waymark.runs r
 where r.state = 'live' and not exists (select from waymark.tasks t where t.run_id = r.run_id and t.task_no = 0)
union all
select 'task ' || t.run_id || '/' || t.task_no || ' is left of a run that is ' || coalesce(r.state, 'gone')
  from waymark.tasks t left join waymark.runs r using (run_id) where r.state is distinct from 'live'
union all
select 'action ' || a.action_id || ' of ' || a.run_id || ' (' || a.state || ') is wanted by no task' from waymark.actions a
 where a.state <> 'backoff' and not exists (
   select from waymark.tasks t where t.run_id = a.run_id and t.task_no = a.task_no
      and (t.step_no > a.step_no or t.step_no = a.step_no and t.state in ('action', 'gather', 'settle', 'ready')))
union all
select 'task ' || t.run_id || '/' || t.task_no || ' waits for ' || t.pending || ' results, and gets ' || c.outstanding
  from waymark.tasks t
 cross join lateral (
    select (select count(*) from waymark.actions a where a.run_id = t.run_id and a.task_no = t.task_no and a.step_no = t.step_no)
         + (select count(*) from waymark.tasks b
             where b.run_id = t.run_id and b.parent_no = t.task_no and b.parent_step = t.step_no) as outstanding) c
 where t.state in ('action', 'gather', 'settle') and t.pending <> c.outstanding
union all
select 'action ' || a.action_id || ' of ' || a.run_id || ' backs off without a timer' from waymark.actions a
 where a.state = 'backoff' and not exists (select from waymark.timers m where m.run_id = a.run_id and m.action_id = a.action_id)
union all
select 'action ' || a.action_id || ' of ' || a.run_id || ' is not told that its child has ended' from waymark.actions a
 where a.state = 'child' and not exists (select from waymark.runs c where c.run_id = a.child_run and c.state = 'live')
   and not exists (select from waymark.timers m where m.run_id = a.run_id and m.action_id = a.action_id)
union all
select 'task ' || t.run_id || '/' || t.task_no || ' sleeps without a timer' from waymark.tasks t
 where t.state = 'timer' and not exists (
   select from waymark.timers m where m.run_id = t.run_id and m.task_no = t.task_no and m.action_id = 0)
union all
select 'timer ' || m.run_id || '/' || m.action_id || ' is put off, and its run is not paused' from waymark.timers m
 where m.due_at = 'infinity' and exists (
   select from waymark.tasks t where t.run_id = m.run_id and t.task_no = 0 and t.paused is null)
union all
select 'task ' || t.run_id || '/' || t.task_no || ' is not paused as its body is' from waymark.tasks t
  join waymark.tasks b on b.run_id = t.run_id and b.task_no = 0 where t.paused is distinct from b.paused
union all
select 'attempt ' || a.attempt || ' of action ' || a.action_id || ' of ' || a.run_id || ' has ended before' from waymark.actions a
  join waymark.action_attempts h on h.run_id = a.run_id and h.action_id = a.action_id and h.attempt >= a.attempt
union all
select 'signal ' || s.seq || ' of ' || s.run_id || ' is not taken, and "' || s.name || '" is waited for' from waymark.signals s
  join waymark.tasks t on t.run_id = s.run_id and t.state = 'signal' and t.waits_for ->> 'signal' = s.name
 where s.taken_at is null and not exists (
   select from waymark.timers m where m.run_id = s.run_id and m.action_id < -2147483648)
"""

# Tables that have nothing of a run.
OTHERS = ["programs", "workflows", "program_nodes", "program_edges", "program_signals", "sessions", "queues", "queue_shares"]
OTHERS += ["retention", "retention_pass", "schedules"]


def breaches(connection: psycopg.Connection) -> list[str]:
    """What is wrong just now; one snapshot of what is committed."""
    return [sentence for (sentence,) in connection.execute(BREACHES)]


def left_behind(connection: psycopg.Connection) -> dict[str, int]:
    """Tables that still have rows of runs, and how many."""
    tables = "select relname from pg_class where relnamespace = 'waymark'::regnamespace and relkind = 'r' order by 1"
    names = [name for (name,) in connection.execute(tables) if name not in OTHERS]
    counts = connection.execute(" union all ".join(f"select '{name}', count(*) from waymark.{name}" for name in names).encode())
    return {name: count for name, count in counts if count}
