-- The element of an iterator (see waymark.py_iter) at a position from 0; SQL null when it is exhausted.
create or replace function waymark._py_iterate(p_iterator jsonb, p_index int) returns jsonb
language plpgsql stable
as $$
declare
  v_bounds jsonb;
  v_element numeric;
begin
  if jsonb_typeof(p_iterator) = 'array' then
    return p_iterator -> p_index;
  end if;
  if waymark._is_paged(p_iterator) then
    return waymark._paged_item(p_iterator, to_jsonb(p_index));
  end if;
  v_bounds := p_iterator -> 'v';
  v_element := (v_bounds -> 0)::numeric + p_index * (v_bounds -> 2)::numeric;
  return case when case when v_bounds -> 2 > '0' then v_element < (v_bounds -> 1)::numeric else v_element > (v_bounds -> 1)::numeric end
    then to_jsonb(v_element) end;
end
$$;

comment on function waymark._py_iterate(jsonb, int) is
  'The element of an iterator at a position, SQL null when it is exhausted.';
