-- The parts of a string between separators; SQL null as the separator splits at runs of white space, which do not stand at the ends.
create or replace function waymark._py_split(p_text text, p_separator text) returns text[]
language plpgsql stable parallel safe
as $$
begin
  if p_separator is null then
    p_text := btrim(p_text, waymark._py_spaces());
    return case p_text when '' then '{}' else regexp_split_to_array(p_text, '[' || waymark._py_spaces() || ']+') end;
  end if;
  return case p_text when '' then '{""}' else string_to_array(p_text, p_separator) end;
end
$$;

comment on function waymark._py_split(text, text) is
  'The parts of a string between separators.';
