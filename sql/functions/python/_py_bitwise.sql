-- The operators &, | and ^ on ints of any size: two's complement without end, computed in limbs of 60 bits until only the signs are left.
create or replace function waymark._py_bitwise(p_operator text, p_left numeric, p_right numeric) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_left numeric := p_left;
  v_right numeric := p_right;
  v_low_left bigint;
  v_low_right bigint;
  v_place numeric := 1;
  v_result numeric := 0;
  v_limb constant numeric := 1152921504606846976;
begin
  while v_left not in (0, -1) or v_right not in (0, -1) loop
    v_low_left := mod(mod(v_left, v_limb) + v_limb, v_limb);
    v_low_right := mod(mod(v_right, v_limb) + v_limb, v_limb);
    v_result := v_result + v_place * case p_operator
      when '&' then v_low_left & v_low_right when '|' then v_low_left | v_low_right else v_low_left # v_low_right end;
    v_left := div(v_left - v_low_left, v_limb);
    v_right := div(v_right - v_low_right, v_limb);
    v_place := v_place * v_limb;
  end loop;
  v_low_left := v_left;
  v_low_right := v_right;
  return v_result + v_place * case p_operator
    when '&' then v_low_left & v_low_right when '|' then v_low_left | v_low_right else v_low_left # v_low_right end;
end
$$;

comment on function waymark._py_bitwise(text, numeric, numeric) is
  'And, or, exclusive or of two ints of any size.';
