-- Gives concurrency keys that are free to the first in line, of equals the one that was created first: it becomes ready. Asked when an action comes into line, and when one has let a key go, by timers:
-- so whoever ends an attempt locks nothing of a key, and of two who meet here one leaves the key to its timer. What the timer is asked is read by statements
-- that begin after the key is locked, and only who has locked a key gives it away: so it is given to one, and none is forgotten.
-- Locks: the keys, as one of 1024 advisory locks each, for that many locks the server can hold; actions. Nobody waits here.
create or replace function waymark._pass_keys(p_keys uuid[], p_now timestamptz) returns void
language plpgsql as $$
declare
  c_class constant int := 2002876781;
  v_keys uuid[] := array(select distinct k from unnest(p_keys) k);
  v_mine uuid[] := array(select k from unnest(v_keys) k where pg_try_advisory_xact_lock(c_class, uuid_hash(k) & 1023));
begin
  update waymark.actions a set state = 'ready'
    from (select m.key_id from unnest(v_mine) m(key_id) where not exists (
            select from waymark.actions h where h.key_id = m.key_id and (h.state = 'ready' or h.state = 'running' and h.session_id > 0)) offset 0) k
   cross join lateral (
      select b.ctid as row_id from waymark.actions b where b.key_id = k.key_id and b.state = 'blocked'
       order by (b.ready_at at time zone 'UTC') + b.priority * interval '1 minute', b.action_id limit 1 for update skip locked) b
   where a.ctid = b.row_id;
  if found then
    perform waymark._wake_hungry();
  end if;
  -- A key that another session has just then, and one for which all that are in line are locked.
  insert into waymark.timers (run_id, task_no, action_id, due_at)
  select k, -1, -nextval('waymark.numbers'), p_now + interval '10 milliseconds'
    from unnest(v_keys) k
   where k <> all (v_mine)
      or exists (select from waymark.actions b where b.key_id = k and b.state = 'blocked') and not exists (
           select from waymark.actions h where h.key_id = k and (h.state = 'ready' or h.state = 'running' and h.session_id > 0));
end
$$;
comment on function waymark._pass_keys(uuid[], timestamptz) is 'Gives free concurrency keys to the first in line.';
