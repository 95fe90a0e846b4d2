-- The first time after p_after at which a cron expression fires in a zone; null: it does not, within 41 years. That decides about never: a calendar
-- year is of one of 14 kinds (leap or not, the weekday it begins with), and none of them stays away for more than 40 years.
-- p_after and the answer are UTC; arithmetic on `timestamp` does not depend on the zone of the session. It moves forward, from one change of the
-- zone's offset to the next; between two changes, the clock on the wall (v_wall) and time itself run alike.
create or replace function waymark._next_fire(p_cron waymark.cron, p_after timestamp, p_zone text) returns timestamp
language plpgsql stable as $$
declare
  v_until constant timestamp := p_after + interval '41 years';
  v_at timestamp := date_trunc('second', p_after) + interval '1 second';
  v_wall timestamp;
  v_from timestamp;
  v_match timestamp;
  v_fire timestamp;
  v_change timestamp;
begin
  if upper(p_zone) in ('UTC', 'GMT') then
    return waymark._next_match(p_cron, v_at, v_until);
  end if;
  while v_at <= v_until loop
    v_wall := waymark._wall(v_at, p_zone);
    v_from := v_wall;
    if not p_cron.elapsed then
      v_change := waymark._next_change(p_zone, v_at - interval '1 day', v_at);
      if v_change is not null then
        -- What the clock would have shown, had it not been set: later than it shows where it was set back, and until then all has fired.
        v_from := waymark._wall(v_change - interval '1 second', p_zone) + interval '1 second';
        if v_change < v_at then
          v_from := greatest(v_from, v_wall);
        end if;
      end if;
    end if;
    v_match := waymark._next_match(p_cron, v_from, v_until);
    if v_match is null then
      return null;
    end if;
    if v_match < v_wall then
      return v_at;  -- the clock was set forward over it, to now
    end if;
    v_fire := v_at + (v_match - v_wall);
    v_change := waymark._next_change(p_zone, v_at, least(v_fire, v_at + interval '2 days'));
    if v_change is not null then
      v_at := v_change;
    elsif v_fire <= v_at + interval '2 days' then
      return v_fire;
    else
      -- No clock is set back by as much as two days: nothing fires until so long before the match, however often the offset changes.
      v_at := greatest(v_at + interval '2 days', (v_match - interval '2 days') at time zone p_zone at time zone 'UTC');
    end if;
  end loop;
  return null;
end
$$;
comment on function waymark._next_fire(waymark.cron, timestamp, text) is 'The first time after another at which a cron expression fires.';
