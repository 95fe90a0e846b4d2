-- Whether a value is an object of the task's heap.
create or replace function waymark.py_is_object(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return waymark._heap_is_reference(p_value);
end
$$;

comment on function waymark.py_is_object(jsonb) is
  'Whether a value is an object of the heap.';
