-- The fencing token under which an attempt is being executed: what a transactional action asks for before it writes anything.
-- Reads one row of actions, locks nothing. SQLSTATEs: WM403.
create or replace function waymark.claim_token(p_run_id uuid, p_action_id bigint, p_attempt int) returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  v_token bigint := (
    select a.fencing_token from waymark.actions a
     where a.run_id = p_run_id and a.action_id = p_action_id and a.attempt = p_attempt and a.state = 'running');
begin
  if v_token is null then
    perform waymark._raise('WM403', format('attempt %s of action %s is no longer claimed', p_attempt, p_action_id), format('run %s', p_run_id),
                           'It was given to somebody else, timed out, or its run has ended. Nothing is to be done.');
  end if;
  return v_token;
end
$$;
comment on function waymark.claim_token(uuid, bigint, int) is 'The live fencing token of an attempt; an error when it has none any more.';
