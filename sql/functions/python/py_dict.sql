-- A dict of [key, value] pairs in order, as a display makes it: of equal keys the first one stays, in its place, with the last value.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create function waymark.py_dict(p_pairs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_sorted boolean := true;
  v_last text;
  v_key text;
  v_dict jsonb;
begin
  for v_position in 0 .. jsonb_array_length(p_pairs) - 1 loop
    v_key := p_pairs -> v_position ->> 0;
    if jsonb_typeof(p_pairs -> v_position -> 0) <> 'string' or v_key = '$' then
      return waymark._py_dict_of_pairs(p_pairs);
    end if;
    v_sorted := v_sorted and (v_last is null or octet_length(v_last) < octet_length(v_key)
      or (octet_length(v_last) = octet_length(v_key) and v_last collate "C" < v_key));
    v_last := v_key;
  end loop;
  select coalesce(jsonb_object_agg(pair.value ->> 0, pair.value -> 1 order by pair.position), '{}')
    into v_dict
  from jsonb_array_elements(p_pairs) with ordinality as pair (value, position);
  if v_sorted then
    return v_dict;
  end if;
  return waymark._py_ordered(v_dict, (
    select jsonb_agg(entry.key order by entry.position)
    from (
      select pair.value -> 0, min(pair.position)
      from jsonb_array_elements(p_pairs) with ordinality as pair (value, position)
      group by pair.value -> 0
    ) as entry (key, position)));
end
$$;

comment on function waymark.py_dict(jsonb) is
  'The Python dict of an array of [key, value] pairs.';
