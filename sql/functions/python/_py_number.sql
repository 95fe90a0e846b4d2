-- The exact value of an int, bool, float or Decimal, nan and the infinities included; SQL null for every other value.
-- Raises: WM502 for a Decimal that numeric cannot hold and for a signaling nan.
create or replace function waymark._py_number(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
begin
  case waymark._py_kind(p_value)
    when 'int', 'bool' then
      return waymark._py_int(p_value);
    when 'float' then
      return waymark._py_exact(waymark._py_to_float(p_value));
    when 'decimal' then
      begin
        return (p_value ->> 'v')::numeric;
      exception when numeric_value_out_of_range or invalid_text_representation then
        perform waymark._refuse('Decimal ' || left(p_value ->> 'v', 100), 'Compute it in an action.');
      end;
    else
      null;
  end case;
  return null;
end
$$;

comment on function waymark._py_number(jsonb) is
  'The exact numeric value of an encoded number.';
