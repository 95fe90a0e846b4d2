-- The digits of an int that is not negative, in base 2, 8 or 16 (p_bits 1, 3, 4).
create or replace function waymark._py_in_base(p_value bigint, p_bits int) returns text
language plpgsql stable parallel safe
as $$
declare
  v_rest bigint := p_value;
  v_digits text := '';
begin
  loop
    v_digits := substr('0123456789abcdef', (v_rest & ((1 << p_bits) - 1))::int + 1, 1) || v_digits;
    v_rest := v_rest >> p_bits;
    exit when v_rest = 0;
  end loop;
  return v_digits;
end
$$;

comment on function waymark._py_in_base(bigint, int) is
  'The digits of an int in base 2, 8 or 16.';
