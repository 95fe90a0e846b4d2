-- An exception with these arguments in the place of copies of them: they are objects that may change. Its message stays.
create or replace function waymark.py_exception_of(p_exception jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return jsonb_set(p_exception, '{args}', p_args);
end
$$;

comment on function waymark.py_exception_of(jsonb, jsonb) is
  'An exception that holds objects.';
