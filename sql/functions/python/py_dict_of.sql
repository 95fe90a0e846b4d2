-- A dict of an engine list of pairs, as a comprehension makes it: each pair is a list or a tuple of a key and a value.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark.py_dict_of(p_pairs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_pairs @> '[{"$": "tuple"}]' then
    return waymark.py_dict((
      select jsonb_agg(case jsonb_typeof(pair.value) when 'object' then pair.value -> 'v' else pair.value end order by pair.position)
      from jsonb_array_elements(p_pairs) with ordinality as pair (value, position)
    ));
  end if;
  return waymark.py_dict(p_pairs);
end
$$;

comment on function waymark.py_dict_of(jsonb) is
  'The Python dict of an array of [key, value] pairs.';
