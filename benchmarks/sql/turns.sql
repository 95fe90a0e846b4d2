-- One session takes a batch of actions and hands their results in, each turn a transaction.
create or replace procedure pg_temp.turns(p_session bigint, p_batch int, p_results int, inout p_seconds float8) language plpgsql as $$
declare
  v_runs uuid[] := '{}';
  v_actions bigint[] := '{}';
  v_tokens bigint[] := '{}';
  v_handed int := 0;
  v_began timestamptz := clock_timestamp();
begin
  while v_handed < p_results loop
    v_handed := v_handed + cardinality(v_runs);
    select coalesce(array_agg(t.run_id order by t.run_id, t.action_id), '{}'), coalesce(array_agg(t.action_id order by t.run_id, t.action_id), '{}'),
           coalesce(array_agg(t.fencing_token order by t.run_id, t.action_id), '{}')
      into v_runs, v_actions, v_tokens
      from waymark.turn(p_session, p_batch, '{default}', false, false, v_runs, v_actions, v_tokens,
             array_fill('succeeded'::text, array[cardinality(v_runs)]), array_fill('1'::jsonb, array[cardinality(v_runs)]),
             array_fill(100::bigint, array[cardinality(v_runs)])) t
     where t.kind = 'action';
    commit;
  end loop;
  p_seconds := extract(epoch from clock_timestamp() - v_began);
end
$$;
