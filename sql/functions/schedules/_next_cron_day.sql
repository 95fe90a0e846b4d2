-- The first date from p_from on that a cron expression matches; null: none until p_until. Other months are passed over.
create or replace function waymark._next_cron_day(p_cron waymark.cron, p_from date, p_until date) returns date
language plpgsql stable as $$
declare
  v_month date := p_from - (extract(day from p_from)::int - 1);
  v_next date;
  v_length int;
  v_first int;
  v_weekday int;
  v_near int[];
  v_is_day boolean;
  v_is_weekday boolean;
begin
  if cardinality(p_cron.days) = 31 and cardinality(p_cron.weekdays) = 7 and cardinality(p_cron.months) = 12 then
    return case when p_from <= p_until then p_from end;  -- every day, as most do
  end if;
  while v_month <= p_until loop
    v_next := v_month + interval '1 month';
    if extract(month from v_month)::int = any (p_cron.months) then
      v_length := v_next - v_month;
      v_first := extract(dow from v_month);
      v_near := waymark._nearest_weekdays(p_cron.near_days, v_length, v_first);
      for v_day in greatest(1, p_from - v_month + 1) .. v_length loop
        v_weekday := (v_first + v_day - 1) % 7;
        v_is_day := v_day = any (p_cron.days) or v_day - v_length - 1 = any (p_cron.days) or v_day = any (v_near);
        v_is_weekday := v_weekday = any (p_cron.weekdays) or v_weekday + 7 * ((v_day + 6) / 7) = any (p_cron.weekdays)
          or (v_day + 7 > v_length and v_weekday - 7 = any (p_cron.weekdays));
        if v_is_day and v_is_weekday or not p_cron.both_days and (v_is_day or v_is_weekday) then
          return v_month + v_day - 1;
        end if;
      end loop;
    end if;
    v_month := v_next;
  end loop;
  return null;
end
$$;
comment on function waymark._next_cron_day(waymark.cron, date, date) is 'The first date that a cron expression matches.';
