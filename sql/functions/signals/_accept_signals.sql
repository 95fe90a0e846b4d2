-- The signals that due timers tell of go to the tasks that wait for them; for a name that nobody waits for, the table keeps them.
-- The caller has the bodies of the runs locked.
create or replace function waymark._accept_signals(p_timers waymark.timers[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_keys waymark.signal_key[] := array(
    select row(m.run_id, s.name)::waymark.signal_key
      from unnest(p_timers) m
     cross join lateral (select g.name from waymark.signals g where g.run_id = m.run_id and g.seq = -2147483648 - m.action_id offset 0) s
     where m.action_id < -2147483648);
begin
  if cardinality(v_keys) > 0 then
    perform waymark._deliver_signals(v_keys, p_now);
  end if;
end
$$;
comment on function waymark._accept_signals(waymark.timers[], timestamptz) is 'Takes in the signals that due timers tell of.';
