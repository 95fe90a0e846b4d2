-- x[start:stop:step] = values (four arguments), or its deletion (three): the new elements.
-- Raises: WM501 TypeError, ValueError.
create or replace function waymark._py_mutate_slice(p_list jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_length int := jsonb_array_length(p_list);
  v_step numeric := coalesce(waymark._py_slice_part(p_args -> 2), 1);
  v_low int := case when v_step < 0 then -1 else 0 end;
  v_high int := case when v_step < 0 then v_length - 1 else v_length end;
  v_start numeric := waymark._py_slice_part(p_args -> 0);
  v_stop numeric := waymark._py_slice_part(p_args -> 1);
  v_places int[];
  v_items jsonb;
begin
  if v_step = 0 then
    return waymark._raise_python('ValueError', 'slice step cannot be zero');
  end if;
  v_start := case when v_start is null then case when v_step < 0 then v_high else v_low end
                  else least(greatest(case when v_start < 0 then v_start + v_length else v_start end, v_low), v_high) end;
  v_stop := case when v_stop is null then case when v_step < 0 then v_low else v_high end
                 else least(greatest(case when v_stop < 0 then v_stop + v_length else v_stop end, v_low), v_high) end;
  if jsonb_array_length(p_args) = 4 then
    if not waymark._py_is_iterable(p_args -> 3) then
      return waymark._raise_python('TypeError', case when v_step = 1 then 'can only assign an iterable' else 'must assign iterable to extended slice' end);
    end if;
    v_items := waymark.py_list(p_args -> 3);
    if v_step = 1 then
      return waymark._py_splice(p_list, v_start::int, greatest(v_stop - v_start, 0)::int, v_items);
    end if;
  end if;
  v_places := array(select generate_series(v_start, case when v_step < 0 then v_stop + 1 else v_stop - 1 end, v_step)::int);
  if v_items is null then
    return coalesce((
      select jsonb_agg(item.value order by item.position)
      from jsonb_array_elements(p_list) with ordinality as item (value, position)
      where not item.position - 1 = any (v_places)), '[]');
  elsif jsonb_array_length(v_items) <> cardinality(v_places) then
    return waymark._raise_python('ValueError', format('attempt to assign sequence of size %s to extended slice of size %s',
      jsonb_array_length(v_items), cardinality(v_places)));
  end if;
  for i in 1..cardinality(v_places) loop
    p_list := jsonb_set(p_list, array[v_places[i]::text], v_items -> i - 1);
  end loop;
  return p_list;
end
$$;

comment on function waymark._py_mutate_slice(jsonb, jsonb) is
  'The assignment to a slice of a list, or its deletion.';
