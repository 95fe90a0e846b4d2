-- The days from Monday to Friday that are nearest to given ones (15W, LW), in a month of p_length days that begins on p_weekday. They do not leave the
-- month: for a Saturday the 1st it is Monday the 3rd. A day that the month does not have gives none.
create or replace function waymark._nearest_weekdays(p_days int[], p_length int, p_weekday int) returns int[]
language plpgsql immutable as $$
declare
  v_days int[] := array[]::int[];
  v_day int;
  v_weekday int;
begin
  foreach v_day in array p_days loop
    if v_day < 0 then
      v_day := p_length + 1 + v_day;
    end if;
    continue when v_day > p_length;
    v_weekday := (p_weekday + v_day - 1) % 7;
    v_days := v_days || case
      when v_weekday = 6 then v_day + case when v_day = 1 then 2 else -1 end
      when v_weekday = 0 then v_day + case when v_day = p_length then -2 else 1 end
      else v_day end;
  end loop;
  return v_days;
end
$$;
comment on function waymark._nearest_weekdays(int[], int, int) is 'The days from Monday to Friday that are nearest to given days of a month.';
