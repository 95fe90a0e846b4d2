-- Seconds until the next attempt, or null when this one was final. An exception is tried once unless the policy says otherwise, a NonRetryable whatever it
-- says; a timeout or a lost worker is tried again without limit unless the policy says otherwise. No attempt begins when the time for all of them is over.
-- Exponential backoff with proportional jitter.
create or replace function waymark._retry_delay(p_row tid, p_outcome text, p_value jsonb, p_now timestamptz) returns double precision
language plpgsql volatile as $$
declare
  v_action waymark.actions;
  v_policy jsonb;
  v_attempts numeric;
  v_delay double precision;
begin
  select * into v_action from waymark.actions a where a.ctid = p_row;
  v_policy := v_action.policy;
  v_attempts := (v_policy ->> 'attempts')::numeric;
  if v_action.attempt >= (case when p_outcome = 'failed' then coalesce(v_attempts, 1) else v_attempts end) then
    return null;
  end if;
  if p_outcome = 'failed' and (
       p_value -> 'mro' ? 'waymark.errors:NonRetryable'
       or v_policy ? 'give_up_on' and waymark._matches_class(p_value -> 'mro', v_policy -> 'give_up_on')
       or v_policy ? 'retry_on' and not waymark._matches_class(p_value -> 'mro', v_policy -> 'retry_on')) then
    return null;
  end if;
  v_delay := least(
    coalesce((v_policy ->> 'backoff')::double precision, 0)
      * exp(least(690, (v_action.attempt - 1) * ln(greatest(coalesce((v_policy ->> 'multiplier')::double precision, 1), 1e-9)))),
    coalesce((v_policy ->> 'max_backoff')::double precision, 86400));
  v_delay := v_delay * (1 - coalesce((v_policy ->> 'jitter')::double precision, 0) * random());
  -- Null where nothing limits the time.
  if p_now + v_delay * interval '1 second' >= least(v_action.retry_until, v_action.final_deadline) then
    return null;
  end if;
  return v_delay;
end
$$;
comment on function waymark._retry_delay(tid, text, jsonb, timestamptz) is 'Seconds until the next attempt of an action, or null when none follows.';
