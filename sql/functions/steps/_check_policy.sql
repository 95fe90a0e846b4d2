-- Policies may be computed by the body, so their values are checked when they are used. SQLSTATEs: WM501 (ValueError).
create or replace function waymark._check_policy(p_policy jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_key text;
  v_value jsonb;
  v_valid boolean;
begin
  for v_key, v_value in select * from jsonb_each(waymark._plain_policy(p_policy)) loop
    v_valid := case
      when v_key = 'queue' then jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') between 1 and 100
      when v_key = 'concurrency_key' then jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') between 1 and 200
      when v_key in ('retry_on', 'give_up_on') then jsonb_typeof(v_value) = 'array' and not jsonb_path_exists(v_value, 'strict $[*] ? (@.type() != "string")')
      else case when jsonb_typeof(v_value) <> 'number' then false
        when v_key = 'attempts' then v_value::numeric between 1 and 1000000 and v_value::numeric % 1 = 0
        when v_key in ('timeout', 'deadline') then v_value::numeric between 0.001 and 2000000
        when v_key = 'jitter' then v_value::numeric between 0 and 1
        when v_key = 'multiplier' then v_value::numeric between 0.001 and 1000000
        else v_value::numeric between 0 and 31536000 end
    end;
    if not v_valid then
      perform waymark._raise_python('ValueError', format('policy: %s cannot be %s', v_key, left(v_value::text, 100)));
    end if;
  end loop;
  return waymark._plain_policy(p_policy);
end
$$;
comment on function waymark._check_policy(jsonb) is 'Refuses policy values that are out of range.';
