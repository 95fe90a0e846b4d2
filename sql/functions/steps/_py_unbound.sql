-- Reading a variable that is not bound. SQLSTATEs: WM501 (UnboundLocalError).
create or replace function waymark._py_unbound(p_name text) returns jsonb
language plpgsql stable as $$
begin
  return waymark._raise_python('UnboundLocalError',
    format('cannot access local variable ''%s'' where it is not associated with a value', p_name));
end
$$;
comment on function waymark._py_unbound(text) is 'Raises UnboundLocalError.';
