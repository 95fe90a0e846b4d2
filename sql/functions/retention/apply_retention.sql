-- One batch of the pass over all runs that deletes what waymark.set_retention says, and the versions of programs that have no run any more. Any daemon calls
-- it, at its interval and then when it is told to; who comes while another has it, or before it is due, is sent away at once. A batch follows the one before
-- after a second, a pass after a minute and nine times as long as the one before took: pruning keeps to a small part of the time, whatever there is to do.
-- Locks: retention_pass, runs, programs (skip locked). Nothing else waits for these.
create or replace function waymark.apply_retention() returns waymark.retention_turn
language plpgsql security definer set search_path = ''
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  c_batch constant int := 1000;
  c_pause constant interval := interval '1 second';
  c_rest constant interval := interval '1 minute';
  v_now timestamptz := waymark._now();
  v_pass waymark.retention_pass;
  v_batch waymark.prune_outcome;
  v_turn waymark.retention_turn := row(0, 0, null);
begin
  select p.* into v_pass from waymark.retention_pass p where p.due_at <= v_now for update skip locked;
  if not found then
    return v_turn;
  end if;
  if v_pass.began_at is null then
    v_pass := waymark._begin_pass(v_pass, v_now);
  end if;
  v_batch := waymark._prune_runs(array(select row(r.*)::waymark.retention from waymark.retention r), v_pass.after, c_batch);
  if v_pass.programs <> '{}' and v_pass.readers = '{}' then
    v_pass.programs := array(
      select unnest(v_pass.programs) except
      select r.program_id from waymark.runs r
       where r.run_id > coalesce(v_pass.after, '00000000-0000-0000-0000-000000000000') and r.run_id <= v_batch.last);
    if not v_batch.more then
      v_turn.programs := waymark._drop_programs(v_pass.programs, v_pass.chosen_at);
      v_pass.programs := '{}';
    end if;
  end if;
  if v_batch.more then
    v_pass.after := v_batch.last;
    v_pass.due_at := v_now + c_pause;
    v_turn.due_in_ms := extract(epoch from c_pause) * 1000;
  else
    v_pass.due_at := v_now + c_rest + 9 * (v_now - v_pass.began_at);
    v_pass.began_at := null;
    v_pass.after := null;
  end if;
  update waymark.retention_pass p
     set due_at = v_pass.due_at, began_at = v_pass.began_at, after = v_pass.after,
         chosen_at = v_pass.chosen_at, programs = v_pass.programs, readers = v_pass.readers;
  v_turn.runs := v_batch.pruned;
  return v_turn;
end
$$;
comment on function waymark.apply_retention() is 'Prunes a batch of what waymark.set_retention says, unless another daemon does.';
