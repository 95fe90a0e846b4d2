-- The list of an iterable's elements. For a list it is the value itself, so jsonb_array_elements(waymark.py_list(x)) walks any iterable at the
-- price of one call.
-- Raises: WM501 TypeError; WM502 as waymark.py_iter, and for a range of more than 1,000,000 elements.
create or replace function waymark.py_list(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_iterator jsonb;
begin
  if jsonb_typeof(p_value) = 'array' then
    return p_value;
  end if;
  v_iterator := waymark.py_iter(p_value);
  if jsonb_typeof(v_iterator) = 'array' then
    return v_iterator;
  elsif waymark._py_range_length(v_iterator) > 1000000 then
    return waymark._refuse('a list of more than 1,000,000 elements from a range', 'Loop over the range with for.');
  end if;
  return coalesce((
    select jsonb_agg((v_iterator #> '{v,0}')::numeric + place.i * (v_iterator #> '{v,2}')::numeric order by place.i)
    from generate_series(0, waymark._py_range_length(v_iterator)::int - 1) as place (i)
  ), '[]');
end
$$;

comment on function waymark.py_list(jsonb) is
  'The Python list of an iterable''s elements.';
