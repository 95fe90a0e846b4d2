-- What an iterator gives, as only the consumers of iterators may see it (waymark.py_iter): it is no value, and every other operator leaves it to CPython.
create or replace function waymark._py_iterator(p_items jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return jsonb_build_object('$', 'iterator', 'v', p_items);
end
$$;

comment on function waymark._py_iterator(jsonb) is
  'An iterator over the elements of an array.';
