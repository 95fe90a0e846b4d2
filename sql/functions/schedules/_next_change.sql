-- When the offset of a zone from UTC changes, within (p_low, p_high]: the first second with the new one; null: it does not. All are times of UTC.
-- The two are at most two days apart, in which no zone changes its offset twice.
create or replace function waymark._next_change(p_zone text, p_low timestamp, p_high timestamp) returns timestamp
language plpgsql stable as $$
declare
  v_offset constant interval := waymark._wall(p_low, p_zone) - p_low;
  v_low int := 0;
  v_high int;
  v_middle int;
  v_at timestamp;
begin
  if waymark._wall(p_high, p_zone) - p_high = v_offset then
    return null;
  end if;
  v_high := extract(epoch from p_high - p_low)::int;
  while v_high - v_low > 1 loop
    v_middle := (v_low + v_high) / 2;
    v_at := p_low + make_interval(secs => v_middle);
    if waymark._wall(v_at, p_zone) - v_at = v_offset then
      v_low := v_middle;
    else
      v_high := v_middle;
    end if;
  end loop;
  return p_low + make_interval(secs => v_high);
end
$$;
comment on function waymark._next_change(text, timestamp, timestamp) is 'When the offset of a zone from UTC changes between two times.';
