-- In how many milliseconds a schedule is due next; null: none is planned. What another daemon has in hand, and what waits for a run to end, is looked at every second.
create or replace function waymark._next_due_in(p_now timestamptz) returns bigint
language plpgsql stable as $$
declare
  c_look constant bigint := 1000;
  v_due_at timestamptz := (select s.due_at from waymark.schedules s where s.due_at is not null order by s.due_at limit 1);
begin
  return least(
    case when v_due_at <= p_now then c_look when v_due_at > p_now then greatest(ceil(extract(epoch from v_due_at - waymark._now()) * 1000), 0) end,
    case when exists (select from waymark.schedules s where s.queued_fire_at is not null) then c_look end);
end
$$;
comment on function waymark._next_due_in(timestamptz) is 'In how many milliseconds a schedule is due next.';
