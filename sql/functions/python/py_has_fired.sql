-- Whether an open scope has fired: the one thing that step functions ask the tables. Its task is being stepped, so that the caller has the body of the run
-- locked, without which no scope fires.
create or replace function waymark.py_has_fired(p_scope jsonb) returns boolean
language plpgsql stable as $$
begin
  return exists (select from waymark.scopes s where s.scope_no = p_scope::int and s.fired);
end
$$;
comment on function waymark.py_has_fired(jsonb) is
  'Whether a scope has fired.';
