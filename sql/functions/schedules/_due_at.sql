-- When a time of a schedule is to be fired: later by a part of its jitter, which is always the same for the same time, and before the next time of the plan, so
-- that no two are confused.
create or replace function waymark._due_at(p_schedule waymark.schedules, p_fire timestamptz) returns timestamptz
language plpgsql stable as $$
declare
  v_part double precision;
  v_gap double precision;
begin
  if p_schedule.jitter = 0 or p_fire is null then
    return p_fire;
  end if;
  v_part := (hashtextextended(p_schedule.name, extract(epoch from p_fire)::bigint) & 4294967295) / 4294967296.0;
  v_gap := extract(epoch from waymark._next_time(p_schedule, p_fire) - p_fire);
  return p_fire + v_part * least(p_schedule.jitter, v_gap) * interval '1 second';
end
$$;
comment on function waymark._due_at(waymark.schedules, timestamptz) is 'When a time of a schedule is to be fired, with its jitter.';
