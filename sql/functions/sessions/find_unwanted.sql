-- A daemon asks now and then about all it runs, and when it is told to (_tell_sessions): the positions of attempts that are no longer wanted, because they
-- are cancelled, their run has ended, or another session has them. Writes nothing.
create or replace function waymark.find_unwanted(p_run_ids uuid[], p_action_ids bigint[], p_fencing_tokens bigint[]) returns int[]
language plpgsql stable security definer set search_path = ''
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  return array(
    select b.position::int
      from unnest(p_run_ids, p_action_ids, p_fencing_tokens) with ordinality as b(run_id, action_id, fencing_token, position)
      left join lateral (
        select true as wanted from waymark.actions c
         where c.run_id = b.run_id and c.action_id = b.action_id and c.fencing_token = b.fencing_token and c.session_id is not null offset 0) a on true
     where a.wanted is null);
end
$$;
comment on function waymark.find_unwanted(uuid[], bigint[], bigint[]) is 'The positions of attempts that are no longer wanted.';
