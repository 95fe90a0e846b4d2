-- The payload of a sleep; null when there is nothing to wait for (asyncio.sleep returns at once for zero and less). asyncio compares the delay with zero
-- first, hence the TypeError of that comparison. SQLSTATEs: WM501, WM503.
create or replace function waymark._check_sleep(p_seconds jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_seconds numeric;
begin
  if p_seconds ->> '$' in ('timedelta', 'datetime') then
    perform waymark._raise_python('TypeError', format('''<='' not supported between instances of ''%s'' and ''int''', waymark._py_type_name(p_seconds)));
  elsif waymark.py_le(p_seconds, '0') then
    return null;
  end if;
  v_seconds := case jsonb_typeof(p_seconds) when 'number' then p_seconds::numeric when 'boolean' then 1
                    else case when p_seconds ->> 'v' ~ '^[0-9]' then (p_seconds ->> 'v')::numeric else 'infinity' end end;
  if v_seconds > 3153600000 then
    raise exception using errcode = 'WM503', message = format('a sleep of %s seconds; at most 100 years', v_seconds);
  end if;
  return jsonb_build_object('seconds', v_seconds);
end
$$;
comment on function waymark._check_sleep(jsonb) is 'The payload of a sleep, or null when there is nothing to wait for.';
