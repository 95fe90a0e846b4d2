-- Seconds until the next attempt, or null when this one was final. An exception is tried once unless the policy says otherwise; a timeout or a
-- lost worker is tried again without limit unless the policy says otherwise. A name without a module stands for the class of that
-- name in any module. Exponential backoff with proportional jitter.
create or replace function waymark._retry_delay(p_policy jsonb, p_attempt int, p_outcome text, p_value jsonb) returns double precision
language plpgsql volatile as $$
declare
  v_attempts numeric := (p_policy ->> 'attempts')::numeric;
  v_delay double precision;
begin
  if p_outcome = 'failed' then
    if p_attempt >= coalesce(v_attempts, 1)
       or p_policy ? 'retry_on' and not exists (
         select from jsonb_array_elements_text(p_value -> 'mro') m(class)
          where p_policy -> 'retry_on' ?| array[m.class, split_part(m.class, ':', 2)]) then
      return null;
    end if;
  elsif p_attempt >= v_attempts then
    return null;
  end if;
  v_delay := least(
    coalesce((p_policy ->> 'backoff')::double precision, 0)
      * exp(least(690, (p_attempt - 1) * ln(greatest(coalesce((p_policy ->> 'multiplier')::double precision, 1), 1e-9)))),
    coalesce((p_policy ->> 'max_backoff')::double precision, 86400));
  return v_delay * (1 - coalesce((p_policy ->> 'jitter')::double precision, 0) * random());
end
$$;
comment on function waymark._retry_delay(jsonb, int, text, jsonb) is 'Seconds until the next attempt of an action, or null when none follows.';
