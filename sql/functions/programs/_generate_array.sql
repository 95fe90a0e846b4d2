-- A call takes at most 100 arguments; a longer display is an array.
create or replace function waymark._generate_array(p_parts text[]) returns text
language plpgsql immutable as $$
begin
  return case when cardinality(p_parts) = 0 then '''[]''::jsonb'
              when cardinality(p_parts) <= 100 then format('jsonb_build_array(%s)', array_to_string(p_parts, ', '))
              else format('to_jsonb(array[%s])', array_to_string(p_parts, ', ')) end;
end
$$;
comment on function waymark._generate_array(text[]) is 'The SQL of a list display.';
