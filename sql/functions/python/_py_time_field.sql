-- A data attribute of a datetime, date or time, read off its ISO form; SQL null for any other name.
create or replace function waymark._py_time_field(p_value jsonb, p_name text) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_date text := case when p_value ->> '$' <> 'time' then left(p_value ->> 'v', 10) end;
  v_time text := case p_value ->> '$' when 'datetime' then substr(p_value ->> 'v', 12) when 'time' then p_value ->> 'v' end;
begin
  return to_jsonb(case p_name
    when 'year' then substr(v_date, 1, 4)::int
    when 'month' then substr(v_date, 6, 2)::int
    when 'day' then substr(v_date, 9, 2)::int
    when 'hour' then substr(v_time, 1, 2)::int
    when 'minute' then substr(v_time, 4, 2)::int
    when 'second' then substr(v_time, 7, 2)::int
    when 'microsecond' then case when v_time is not null then coalesce(substring(v_time from '^.{8}\.([0-9]{6})'), '0')::int end
    when 'fold' then case when v_time is not null then coalesce((p_value ->> 'fold')::int, 0) end
  end);
end
$$;

comment on function waymark._py_time_field(jsonb, text) is
  'A data attribute of a datetime, date or time.';
