-- Whether an action of a queue is ready, with a place not after p_before (_claim_actions).
create or replace function waymark._is_ready(p_queue text, p_before timestamp) returns boolean
language plpgsql volatile as $$
declare
  v_of text := array[p_queue]::text;
  v_began timestamptz := clock_timestamp();
  v_cost bigint := waymark._scan_cost('waymark.actions_ready');
  v_from timestamp := waymark._scan_from(v_of);
  v_first timestamp;
begin
  select (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' into v_first from waymark.actions a
   where a.state = 'ready' and a.queue = p_queue and (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' between v_from and p_before
   order by (a.ready_at at time zone 'UTC') + a.priority * interval '1 minute' limit 1;
  if waymark._scan_cost('waymark.actions_ready') - v_cost > 1000 then
    perform waymark._remember_scan(v_of, v_began, v_first, p_before);
  end if;
  return v_first is not null;
end
$$;
comment on function waymark._is_ready(text, timestamp) is 'Whether an action of a queue is ready.';
