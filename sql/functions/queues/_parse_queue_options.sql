-- SQLSTATEs: WM204 unknown option, WM205 out of range.
create or replace function waymark._parse_queue_options(p_options jsonb) returns waymark.queues
language plpgsql stable as $$
declare
  c_options constant jsonb := jsonb '{"concurrency": "a whole number from 0 to 1000000", "rate": "a whole number from 1 to 1000000",
    "seconds": "a number from 0.1 to 2592000 (30 days)"}';
  v_key text;
  v_value jsonb;
begin
  if p_options is null or jsonb_typeof(p_options) <> 'object' then
    raise exception using errcode = 'WM205', message = 'the limits of a queue must be a JSON object; {} removes them';
  end if;
  for v_key, v_value in select * from jsonb_each(p_options) loop
    if not c_options ? v_key then
      raise exception using errcode = 'WM204', message = format('a queue has no limit "%s"', v_key), hint = 'Limits are concurrency and rate, with seconds.';
    elsif not (case when jsonb_typeof(v_value) <> 'number' then false
      when v_key = 'seconds' then v_value::numeric between 0.1 and 2592000
      else v_value::numeric % 1 = 0 and v_value::numeric between case v_key when 'rate' then 1 else 0 end and 1000000 end)
    then
      raise exception using errcode = 'WM205', message = format('limit "%s" is %s; allowed is %s', v_key, left(v_value::text, 100), c_options ->> v_key);
    end if;
  end loop;
  if (p_options ? 'seconds') <> (p_options ? 'rate') then
    raise exception using errcode = 'WM205', message = 'limit "rate" needs "seconds", the interval in which so many actions may begin, and that needs a rate';
  end if;
  return jsonb_populate_record(null::waymark.queues, p_options);
end
$$;
comment on function waymark._parse_queue_options(jsonb) is 'Validates the limits of a queue.';
