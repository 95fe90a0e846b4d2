-- The element of an iterator (see waymark.py_iter) at a position from 0; SQL null when it is exhausted.
create function waymark._py_iterate(p_iterator jsonb, p_index int) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_element numeric;
begin
  if jsonb_typeof(p_iterator) = 'array' then
    return p_iterator -> p_index;
  end if;
  v_element := (p_iterator #> '{v,0}')::numeric + p_index * (p_iterator #> '{v,2}')::numeric;
  if (p_iterator #> '{v,2}')::numeric > 0 then
    return case when v_element < (p_iterator #> '{v,1}')::numeric then to_jsonb(v_element) end;
  end if;
  return case when v_element > (p_iterator #> '{v,1}')::numeric then to_jsonb(v_element) end;
end
$$;

comment on function waymark._py_iterate(jsonb, int) is
  'The element of an iterator at a position, SQL null when it is exhausted.';
