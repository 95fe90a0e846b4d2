-- The IR form "plain": a value that an operator looks at as deep as it likes, or that it may hand on. Raises: WM502 for references and new objects in it.
create or replace function waymark._heap_plain(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_value) in ('array', 'object')
     and jsonb_path_exists(p_value, 'strict $.** ? (@."$".type() == "number" || @."$" == "new")', silent => true) then
    return waymark._refuse('an operation on objects that change', 'Do it in an action.');
  end if;
  return p_value;
end
$$;

comment on function waymark._heap_plain(jsonb) is
  'A value without objects of the heap in it.';
