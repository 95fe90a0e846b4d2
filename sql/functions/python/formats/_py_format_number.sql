-- The digits of a number without its sign, in a presentation type of format(): b, d, o, x, X of ints, f, F, % of any number (of a Decimal f with a
-- precision), none of ints and floats. Those of a double are of its exact value, a half rounded to even. SQL null for every other combination.
create or replace function waymark._py_format_number(p_value jsonb, p_type text, p_precision int) returns text
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_number numeric := case when v_kind in ('int', 'bool', 'float') or v_kind = 'decimal' and p_value ->> 'v' ~ '^-?[0-9]+(\.[0-9]+)?$'
    then abs(waymark._py_number(p_value)) end;
begin
  if v_number is null or v_number > 1e300 or v_kind = 'decimal' and (p_type is distinct from 'f' or p_precision is null) then
    return null;
  elsif p_type in ('f', 'F', '%') then
    if p_type = '%' then
      v_number := waymark._py_exact(100 * waymark._py_to_float(p_value));
    elsif v_kind <> 'decimal' then
      v_number := waymark._py_exact(waymark._py_to_float(p_value));
    end if;
    return waymark._py_round_half_even(abs(v_number), coalesce(p_precision, 6)) || case p_type when '%' then '%' else '' end;
  elsif p_precision is not null then
    return null;
  elsif v_kind = 'float' then
    return case when p_type is null then ltrim(waymark._py_repr_exact(p_value), '-') end;
  elsif p_type is null or p_type = 'd' then
    return v_number::text;
  elsif v_number > 9223372036854775807 then
    return null;
  end if;
  return case p_type
    when 'b' then waymark._py_in_base(v_number::bigint, 1)
    when 'o' then waymark._py_in_base(v_number::bigint, 3)
    when 'x' then waymark._py_in_base(v_number::bigint, 4)
    when 'X' then upper(waymark._py_in_base(v_number::bigint, 4))
  end;
end
$$;

comment on function waymark._py_format_number(jsonb, text, int) is
  'The digits of a number in a presentation type.';
