-- Sets how long runs of a state are kept after they have ended; null: for ever, as in the beginning. Daemons prune from now on, with a pass of its own.
-- Locks: retention, retention_pass. SQLSTATEs: WM205.
create or replace function waymark.set_retention(p_state text, p_age interval) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := waymark._now();
begin
  perform waymark._check_retention(p_state, coalesce(p_age, interval '0'));
  if p_age is null then
    delete from waymark.retention r where r.state = p_state;
  else
    insert into waymark.retention (state, age) values (p_state, p_age) on conflict (state) do update set age = excluded.age;
  end if;
  insert into waymark.retention_pass (due_at) values (case when exists (select from waymark.retention) then v_now else 'infinity' end)
  on conflict ((true)) do update set due_at = excluded.due_at, began_at = null, after = null;
end
$$;
comment on function waymark.set_retention(text, interval) is 'Sets how long runs of a state are kept after they have ended.';
