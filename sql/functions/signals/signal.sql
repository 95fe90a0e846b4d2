-- Sends a signal to a run, in the caller's transaction: rolled back, nothing has happened; committed, it is delivered, before the run waits for it or after.
-- Locks the row of the run against its deletion only, so that a signal that is committed late is never left without its run. Signals of a name are taken in the order of the numbers that this answers, among those that are committed.
-- Options: idempotency_key, once a run; a repeated one answers the number of the first signal and sends nothing.
-- Inserts into signals, timers. SQLSTATEs: WM204, WM205 options, WM206, WM207, WM208 value, WM209 too many, WM301, WM305 run.
create or replace function waymark.signal(p_run_id uuid, p_name text, p_value jsonb default 'null', p_options jsonb default '{}') returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  c_limit constant int := 10000;
  v_key text := p_options ->> 'idempotency_key';
  v_value jsonb := coalesce(p_value, 'null');
  v_now timestamptz := waymark._now();
  v_option text;
  v_seq bigint;
begin
  if jsonb_typeof(p_options) is distinct from 'object' then
    perform waymark._raise('WM205', 'the options of waymark.signal must be a JSON object');
  end if;
  select k into v_option from jsonb_object_keys(p_options) k where k <> 'idempotency_key';
  if found then
    perform waymark._raise('WM204', format('waymark.signal has no option "%s"', v_option), '', 'The option is idempotency_key.');
  elsif p_options ? 'idempotency_key' and (jsonb_typeof(p_options -> 'idempotency_key') <> 'string' or length(v_key) not between 1 and 200) then
    perform waymark._raise('WM205', 'option "idempotency_key" is a text of 1 to 200 characters');
  elsif p_name is null or length(p_name) not between 1 and 200 then
    perform waymark._raise('WM205', 'the name of a signal is a text of 1 to 200 characters');
  elsif octet_length(v_value::text) > 1048576 then
    perform waymark._raise('WM206', 'the value of a signal is larger than 1 MB', '', 'Send where it can be read instead.');
  end if;
  perform waymark._check_value(v_value, 'value');
  select s.seq into v_seq from waymark.signals s where s.run_id = p_run_id and s.idempotency_key = v_key;
  if found then
    return v_seq;
  end if;
  perform from waymark.runs r where r.run_id = p_run_id for key share;
  perform waymark._check_signal(p_run_id, p_name, v_value);
  if (select count(*) from (select from waymark.signals s where s.run_id = p_run_id and s.taken_at is null limit c_limit) s) >= c_limit then
    perform waymark._raise('WM209', format('run %s has %s signals that it has not taken', p_run_id, c_limit), '', 'Send more when it has.');
  end if;
  insert into waymark.signals (run_id, name, value, idempotency_key, sent_at) values (p_run_id, p_name, v_value, v_key, v_now)
  on conflict (run_id, idempotency_key) where idempotency_key is not null do nothing returning seq into v_seq;
  if not found then
    return (select s.seq from waymark.signals s where s.run_id = p_run_id and s.idempotency_key = v_key);
  end if;
  insert into waymark.timers (run_id, task_no, action_id, due_at) values (p_run_id, 0, -2147483648 - v_seq, v_now);
  return v_seq;
end
$$;
comment on function waymark.signal(uuid, text, jsonb, jsonb) is 'Sends a signal to a run in the caller''s transaction and returns its number.';

drop trigger if exists signals_notify_at_commit on waymark.signals;
create constraint trigger signals_notify_at_commit after insert on waymark.signals
  deferrable initially deferred for each row execute function waymark._notify_start();
