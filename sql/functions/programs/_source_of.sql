-- The source that a function of a program stands in: its own, where its file is not that of the body.
create or replace function waymark._source_of(p_ir jsonb, p_function int) returns jsonb
language plpgsql immutable as $$
begin
  return coalesce(p_ir #> array['functions', p_function::text, 'source'], p_ir -> 'source');
end
$$;
comment on function waymark._source_of(jsonb, int) is 'The source of a function of a program.';
