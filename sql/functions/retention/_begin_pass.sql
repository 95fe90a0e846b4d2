-- Begins a pass. Versions of programs that are not the newest are chosen; no transaction that begins now can start a run of theirs. One that has read which
-- version is the newest before may still do so, and holds a lock on the tables where it has: the versions stay chosen, from pass to pass, until all of
-- these have ended. Nobody waits for them.
create or replace function waymark._begin_pass(p_pass waymark.retention_pass, p_now timestamptz) returns waymark.retention_pass
language plpgsql as $$
declare
  v_is_chosen boolean := p_pass.programs <> '{}';
begin
  p_pass.began_at := p_now;
  if not v_is_chosen then
    p_pass.chosen_at := p_now;
    p_pass.programs := array(select p.program_id from waymark.programs p where p.replaced_at is not null);
  end if;
  if p_pass.programs <> '{}' then
    -- A statement of its own: it sees who came before the choice was made.
    p_pass.readers := array(
      select distinct l.virtualtransaction from pg_locks l
       where l.database = (select d.oid from pg_database d where d.datname = current_database())
         and l.relation in ('waymark.workflows'::regclass, 'waymark.programs'::regclass) and l.pid is distinct from pg_backend_pid()
         and (not v_is_chosen or l.virtualtransaction = any (p_pass.readers)));
  end if;
  return p_pass;
end
$$;
comment on function waymark._begin_pass(waymark.retention_pass, timestamptz) is 'Begins a pass of pruning.';
