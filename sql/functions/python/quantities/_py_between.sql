-- The timedelta between two dates, two naive datetimes, or two with a fixed offset.
-- Raises: WM502 for datetimes of a zone, and for a naive and an aware one.
create or replace function waymark._py_between(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_left ? 'zone' or p_right ? 'zone' or waymark._py_is_naive(p_left) <> waymark._py_is_naive(p_right)
     or length(p_left ->> 'v') > 32 or length(p_right ->> 'v') > 32 then
    return waymark._py_inexact('time arithmetic');
  elsif waymark._py_is_naive(p_left) then
    return waymark._py_timedelta(1000000 * extract(epoch from (p_left ->> 'v')::timestamp - (p_right ->> 'v')::timestamp));
  end if;
  return waymark._py_timedelta(1000000 * extract(epoch from (p_left ->> 'v')::timestamptz - (p_right ->> 'v')::timestamptz));
end
$$;

comment on function waymark._py_between(jsonb, jsonb) is
  'The difference of two dates or datetimes.';
