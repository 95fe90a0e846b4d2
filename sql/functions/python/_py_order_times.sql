-- Compares two datetimes or two times: -1, 0, 1. Naive ones by their fields, aware ones by their instant (two of one zone by their fields too).
-- Mixed ones are unequal, and ordering them is a TypeError.
-- Raises: WM501 TypeError; WM502 for aware times, and for the equality of instants across zones, which needs the zone's own folds.
create or replace function waymark._py_order_times(p_left jsonb, p_right jsonb, p_equality boolean) returns int
language plpgsql stable parallel safe
as $$
declare
  v_left text := p_left ->> 'v';
  v_right text := p_right ->> 'v';
  v_kind text := p_left ->> '$';
begin
  if waymark._py_is_naive(p_left) <> waymark._py_is_naive(p_right) then
    if not p_equality then
      perform waymark._raise_python('TypeError', format('can''t compare offset-naive and offset-aware %ss', v_kind));
    end if;
    return 1;
  elsif waymark._py_is_naive(p_left) then
    return case when v_left collate "C" < v_right then -1 when v_left = v_right then 0 else 1 end;
  elsif v_kind = 'time' or length(v_left) > 32 or length(v_right) > 32 then
    perform waymark._refuse('comparison of times with a UTC offset', 'Compare datetimes.');
  elsif p_left ->> 'zone' = p_right ->> 'zone' then
    v_left := left(v_left, -6);
    v_right := left(v_right, -6);
    return case when v_left collate "C" < v_right then -1 when v_left = v_right then 0 else 1 end;
  elsif v_left::timestamptz = v_right::timestamptz then
    if p_equality and (p_left ? 'zone' or p_right ? 'zone') then
      perform waymark._refuse('equality of datetimes of two time zones', 'Compare them in UTC.');
    end if;
    return 0;
  end if;
  return case when v_left::timestamptz < v_right::timestamptz then -1 else 1 end;
end
$$;

comment on function waymark._py_order_times(jsonb, jsonb, boolean) is
  'The order of two datetimes or two times: -1, 0 or 1.';
