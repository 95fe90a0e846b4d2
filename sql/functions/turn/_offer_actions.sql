-- Actions that back off no longer, by their due timers, become ready, or come into line for their concurrency key; keys that may be free are passed on, those
-- that due timers (task_no -1) tell of, too. The caller has the bodies of the runs locked. Locks: actions, then see _pass_keys. Actions are skipped
-- where they are held, by a late result or because they are just running out of time: their timers are made again, due at once.
create or replace function waymark._offer_actions(p_taken waymark.timers[], p_gone waymark.timers[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_offered bigint;
  v_keys uuid[];
begin
  with offered as (
    update waymark.actions a set state = case when a.key_id is null then 'ready' else 'blocked' end
      from unnest(p_taken) d
     cross join lateral (
        select c.ctid as row_id from waymark.actions c
         where c.run_id = d.run_id and c.action_id = d.action_id and c.state = 'backoff' for update skip locked offset 0) c
     where d.action_id > 0 and a.ctid = c.row_id
    returning a.run_id, a.action_id, a.key_id
  ), held as (
    insert into waymark.timers (run_id, task_no, action_id, due_at)
    select d.run_id, d.task_no, d.action_id, p_now from unnest(p_taken) d
     cross join lateral (
        select 1 from waymark.actions c where c.run_id = d.run_id and c.action_id = d.action_id and c.state = 'backoff' offset 0) c
     where d.action_id > 0 and not exists (select from offered o where o.run_id = d.run_id and o.action_id = d.action_id)
  )
  select count(*), array_agg(o.key_id) filter (where o.key_id is not null) into v_offered, v_keys from offered o;
  if v_offered > 0 then
    perform waymark._wake_hungry();
  end if;
  v_keys := v_keys || array(select d.run_id from unnest(p_gone) d where d.task_no = -1);
  if cardinality(v_keys) > 0 then
    perform waymark._pass_keys(v_keys, p_now);
  end if;
end
$$;
comment on function waymark._offer_actions(waymark.timers[], waymark.timers[], timestamptz) is 'Offers actions that back off no longer.';
