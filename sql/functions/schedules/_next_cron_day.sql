-- The first date from p_from on that a cron expression matches; null: none until p_until. A month is examined as a whole, other months are passed over.
create or replace function waymark._next_cron_day(p_cron waymark.cron, p_from date, p_until date) returns date
language plpgsql stable as $$
declare
  v_month date := p_from - (extract(day from p_from)::int - 1);
  v_next date;
  v_length int;
  v_weekday int;
  v_near int[];
  v_day int;
begin
  if cardinality(p_cron.days) = 31 and cardinality(p_cron.weekdays) = 7 and cardinality(p_cron.months) = 12 then
    return case when p_from <= p_until then p_from end;  -- every day, as most do
  end if;
  while v_month <= p_until loop
    v_next := v_month + interval '1 month';
    if extract(month from v_month)::int = any (p_cron.months) then
      v_length := v_next - v_month;
      v_weekday := extract(dow from v_month);
      v_near := waymark._nearest_weekdays(p_cron.near_days, v_length, v_weekday);
      select min(m.day) into v_day
        from (select d as day, (v_weekday + d - 1) % 7 as weekday from generate_series(greatest(1, p_from - v_month + 1), v_length) d) m
             cross join lateral (select
               m.day = any (p_cron.days) or m.day - v_length - 1 = any (p_cron.days) or m.day = any (v_near) as day,
               m.weekday = any (p_cron.weekdays) or m.weekday + 7 * ((m.day + 6) / 7) = any (p_cron.weekdays)
                 or (m.day + 7 > v_length and m.weekday - 7 = any (p_cron.weekdays)) as weekday) matches
       where case when p_cron.both_days then matches.day and matches.weekday else matches.day or matches.weekday end;
      if v_day is not null then
        return v_month + v_day - 1;
      end if;
    end if;
    v_month := v_next;
  end loop;
  return null;
end
$$;
comment on function waymark._next_cron_day(waymark.cron, date, date) is 'The first date that a cron expression matches.';
