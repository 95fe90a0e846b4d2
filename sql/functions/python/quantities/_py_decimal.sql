-- The Decimal that an operation gives in CPython's default context, when it is exact there (28 digits) and its text has no exponent.
-- Raises: WM502 otherwise.
create or replace function waymark._py_decimal(p_number numeric) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_number is null or length(ltrim(translate(p_number::text, '-.', ''), '0')) > 28 or abs(p_number) < 0.000001 and (p_number <> 0 or scale(p_number) > 6) then
    return waymark._py_inexact('Decimal arithmetic');
  end if;
  return jsonb_build_object('$', 'decimal', 'v', p_number::text);
end
$$;

comment on function waymark._py_decimal(numeric) is
  'The Decimal of a number.';
