-- References are the only values whose tag is a number.
create or replace function waymark._heap_is_reference(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return coalesce(jsonb_typeof(p_value -> '$') = 'number', false);
end
$$;

comment on function waymark._heap_is_reference(jsonb) is
  'Whether a value is a reference to an object of the heap.';
