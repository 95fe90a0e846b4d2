-- Who has the concurrency key that an action is in line for.
create or replace function waymark._why_blocked(p_action waymark.actions) returns text
language plpgsql stable as $$
declare
  v_holder uuid := (
    select h.run_id from waymark.actions h
     where h.key_id = p_action.key_id and (h.state = 'ready' or h.state = 'running' and h.session_id > 0));
begin
  return format('waiting for the concurrency key "%s"', p_action.policy ->> 'concurrency_key')
    || case when v_holder is null then ', which is free' else format(' held by run %s', v_holder) end;
end
$$;
comment on function waymark._why_blocked(waymark.actions) is 'Who has the concurrency key that an action is in line for.';
