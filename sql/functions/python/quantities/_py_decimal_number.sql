-- The number of an int or of a Decimal whose text has no exponent and that is no negative zero; SQL null for every other value.
create or replace function waymark._py_decimal_number(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
begin
  if waymark._py_kind(p_value) = 'decimal' then
    return case when p_value ->> 'v' ~ '^-?[0-9]+(\.[0-9]+)?$' and p_value ->> 'v' !~ '^-[0.]+$' then (p_value ->> 'v')::numeric end;
  end if;
  return waymark._py_int(p_value);
end
$$;

comment on function waymark._py_decimal_number(jsonb) is
  'The number of a Decimal without an exponent or of an int.';
