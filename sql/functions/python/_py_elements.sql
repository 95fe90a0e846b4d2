-- The elements of an iterator (see waymark.py_iter) in order, as rows. As a range-table function it costs 2 µs more than
-- jsonb_array_elements(waymark.py_list(x)), which gives the same rows.
create function waymark._py_elements(p_iterator jsonb) returns setof jsonb
language plpgsql stable parallel safe
as $$
begin
  return query select element.value from jsonb_array_elements(waymark.py_list(p_iterator)) as element;
end
$$;

comment on function waymark._py_elements(jsonb) is
  'The elements of an iterator in order, as rows.';
