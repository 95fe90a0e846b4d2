-- Rounds to p_digits decimals, a half to the even neighbour (numeric's own round goes away from zero).
create or replace function waymark._py_round_half_even(p_value numeric, p_digits int) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_rounded numeric := round(p_value, p_digits);
begin
  if 2 * abs(v_rounded - p_value) = ('1e' || - p_digits)::numeric and mod(v_rounded / ('1e' || - p_digits)::numeric, 2) <> 0 then
    return v_rounded - sign(p_value) * ('1e' || - p_digits)::numeric;
  end if;
  return v_rounded;
end
$$;

comment on function waymark._py_round_half_even(numeric, int) is
  'A number rounded to even at halves.';
