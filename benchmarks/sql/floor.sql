-- What an action costs at least: its row comes, its run's row changes, it goes, and history has it. Rows and indexes are those of the engine.
create schema floor;
create table floor.tasks (like waymark.tasks including all) with (fillfactor = 70);
create table floor.actions (like waymark.actions including all) with (fillfactor = 70);
create table floor.action_attempts (like waymark.action_attempts including all) with (fillfactor = 100);
create procedure floor.batches(p_batch int, p_actions int, inout p_seconds float8) language plpgsql as $$
declare
  v_began timestamptz;
  v_all uuid[];
  v_runs uuid[];
begin
  insert into floor.tasks (run_id, program_id, priority, queue, state, pending, pc, locals, ready_at)
  select gen_random_uuid(), 1, 0, 'default', 'action', 1, 1, '{"i": 1, "total": 0, "iterations": 10}', now() from generate_series(1, p_actions / 10);
  commit;
  v_all := array(select run_id from floor.tasks order by run_id);
  v_began := clock_timestamp();
  for v_offset in 0 .. p_actions / 10 - 1 by p_batch loop
    v_runs := v_all[v_offset + 1 : v_offset + p_batch];
    for v_iteration in 1..10 loop
      with ended as (
        delete from floor.actions a using unnest(v_runs) r where a.run_id = r returning a.*
      ), recorded as (
        insert into floor.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, value,
                                           ready_at, claimed_at, ended_at, run_us, session_id)
        select run_id, task_no, v_iteration, slot, attempt, action_id, node, name, arguments, 'succeeded', true, '1',
               ready_at, claimed_at, now(), 100, session_id from ended
      ), stepped as (
        update floor.tasks t set locals = '{"i": 2, "total": 2, "iterations": 10}', step_no = v_iteration
          from unnest(v_runs) r where t.run_id = r and t.task_no = 0
      )
      insert into floor.actions (run_id, task_no, step_no, slot, node, name, arguments, timeout_ms, state, priority, queue,
                                 fencing_token, session_id, ready_at, claimed_at, deadline)
      select r, 0, v_iteration, 0, 1, 'benchmarks.workflows:echo', '{"value": 1}', 300000, 'running', 0, 'default',
             v_iteration, 1, now(), now(), now() + interval '5 minutes' from unnest(v_runs) r;
      commit;
    end loop;
  end loop;
  p_seconds := extract(epoch from clock_timestamp() - v_began);
  truncate floor.tasks, floor.actions, floor.action_attempts;
end
$$;
