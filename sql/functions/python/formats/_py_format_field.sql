-- A replacement field of a format string: the value, converted (!r, !s) if it says so, in the format of its spec.
create or replace function waymark._py_format_field(p_value jsonb, p_conversion text, p_spec text) returns text
language plpgsql stable parallel safe
as $$
begin
  return case p_conversion
    when 'r' then waymark._py_format(to_jsonb(waymark._py_repr_exact(p_value)), p_spec)
    when 's' then waymark._py_format(to_jsonb(waymark._py_text_exact(p_value)), p_spec)
    else waymark._py_format(p_value, p_spec)
  end;
end
$$;

comment on function waymark._py_format_field(jsonb, text, text) is
  'A replacement field of a format string.';
