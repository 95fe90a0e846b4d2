-- A line of the source, trimmed and without control characters, so that it can stand in a comment of generated code.
create or replace function waymark._source_line(p_source jsonb, p_line int) returns text
language plpgsql immutable as $$
begin
  return left(trim(regexp_replace(
    coalesce((string_to_array(p_source ->> 'text', E'\n'))[p_line - (p_source -> 'first_line')::int + 1], ''),
    '[[:cntrl:]\u2028\u2029\u0085]', ' ', 'g')), 120);
end
$$;
comment on function waymark._source_line(jsonb, int) is 'A line of a program''s source, fit for a comment.';
