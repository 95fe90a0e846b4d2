-- The function range.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_call_range(p_first jsonb, p_stop jsonb default null, p_step jsonb default '1') returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return waymark.py_range(case when p_stop is null then '0' else p_first end, coalesce(p_stop, p_first), p_step);
end
$$;

comment on function waymark._py_call_range(jsonb, jsonb, jsonb) is
  'The Python range(start, stop, step).';
