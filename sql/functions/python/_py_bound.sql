-- One bound of a slice, counted from the end when negative, then brought into p_low … p_high; None (or SQL null) is the default.
-- Raises: WM502 for a bound that is no int.
create or replace function waymark._py_bound(p_bound jsonb, p_length numeric, p_default numeric, p_low numeric, p_high numeric) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_bound numeric := waymark._py_int(p_bound);
begin
  if p_bound is null or p_bound = 'null' then
    return p_default;
  elsif v_bound is null then
    perform waymark._py_inexact('a slice');
  end if;
  return least(greatest(case when v_bound < 0 then v_bound + p_length else v_bound end, p_low), p_high);
end
$$;

comment on function waymark._py_bound(jsonb, numeric, numeric, numeric, numeric) is
  'A bound of a slice as a position in its sequence.';
