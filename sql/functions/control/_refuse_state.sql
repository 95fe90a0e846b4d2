-- Refuses a verb for a run in a state that has no use for it. SQLSTATEs: WM305.
create or replace function waymark._refuse_state(p_verb text, p_run_id uuid, p_wanted text) returns void
language plpgsql as $$
begin
  raise exception using errcode = 'WM305',
    message = format('%s: run %s is %s', p_verb, p_run_id, waymark.status(p_run_id)),
    hint = format('This needs a run that %s.', p_wanted);
end
$$;
comment on function waymark._refuse_state(text, uuid, text) is 'Refuses a verb for the state that a run is in.';
