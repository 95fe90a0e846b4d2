-- Releases semaphores and hands them to who asks for them, in the order of the tickets: those that have waited, and the steps of this round, which have
-- their tickets and queue as well. A task that is woken has what it asked for.
create or replace function waymark._pass_semaphores(p_steps waymark.task_step[], p_now timestamptz) returns void
language plpgsql as $$
declare
  v_keys waymark.task_key[];
begin
  with released as (
    select s.run_id, (c -> 'semaphore')::int as semaphore_no from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'release'
    union all
    select s.run_id, (s.payload -> 'semaphore')::int from unnest(p_steps) s where s.effect = 'acquire'
  )
  select array_agg(distinct row(r.run_id, r.semaphore_no)::waymark.task_key) into v_keys from released r;
  if v_keys is null then
    return;
  end if;
  perform waymark._release_semaphores(array(
    select row(s.run_id, (c -> 'semaphore')::int)::waymark.task_key from unnest(p_steps) s, unnest(s.commands) c where c ->> 'do' = 'release'));
  perform waymark._grant_semaphores(v_keys, p_now);
end
$$;
comment on function waymark._pass_semaphores(waymark.task_step[], timestamptz) is 'Carries out releases and acquisitions of semaphores.';
