-- Whether a range has an element equal to a value.
-- Raises: WM502 for an Enum member, which may be an int, and for a value that could not be encoded.
create or replace function waymark._py_in_range(p_item jsonb, p_range jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_item numeric;
  v_offset numeric;
begin
  if waymark._py_kind(p_item) in ('enum', 'opaque') then
    perform waymark._refuse(format('a %s in a range', waymark._py_type_name(p_item)), 'Use a plain value.');
  end if;
  v_item := waymark._py_number(p_item);
  if v_item is null or v_item in ('NaN', 'Infinity', '-Infinity') then
    return false;
  end if;
  v_offset := v_item - (p_range #> '{v,0}')::numeric;
  return mod(v_offset, (p_range #> '{v,2}')::numeric) = 0
    and div(v_offset, (p_range #> '{v,2}')::numeric) between 0 and waymark._py_range_length(p_range) - 1;
end
$$;

comment on function waymark._py_in_range(jsonb, jsonb) is
  'Whether a range has an element equal to a value.';
