-- Closes scopes: the task goes on with whether the scope had fired and nobody else has asked to cancel the task since it was opened. As asyncio.timeout does, it
-- takes back its own request; one that has not reached the task yet never will.
create or replace function waymark._close_scopes(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
begin
  if not exists (select from unnest(p_steps) s where s.effect = 'unscope') then
    return;
  end if;
  with closed as materialized (
    select s.run_id, s.task_no, c.scope_no, c.row_id, coalesce(c.fired, false) as fired, coalesce(c.cancels, 0) as cancels
      from unnest(p_steps) s
      left join lateral (
        select o.*, o.ctid as row_id from waymark.scopes o where o.run_id = s.run_id and o.scope_no = (s.payload -> 'scope')::int offset 0) c on true
     where s.effect = 'unscope'
  ), removed as (
    delete from waymark.scopes o using closed c where o.ctid = c.row_id
  ), unscheduled as (
    delete from waymark.timers t
     using closed c
     cross join lateral (select m.ctid as row_id from waymark.timers m where m.run_id = c.run_id and m.task_no = c.task_no and m.action_id = -c.scope_no offset 0) m
     where t.ctid = m.row_id
  )
  update waymark.tasks t
     set ready_at = p_now, cancels = t.cancels - c.fired::int,
         wake = jsonb_build_object('ok', true, 'value', c.fired and not coalesce(t.wake ? 'cancel', false) and t.cancels - 1 <= c.cancels)
                || case when t.wake ? 'cancel' and not c.fired then t.wake else '{}' end
    from closed c
   cross join lateral (select w.ctid as row_id from waymark.tasks w where w.run_id = c.run_id and w.task_no = c.task_no offset 0) w
   where t.ctid = w.row_id;
end
$$;
comment on function waymark._close_scopes(waymark.task_step[], timestamptz) is 'Closes cancel scopes.';
