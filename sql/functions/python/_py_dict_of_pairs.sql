-- The encoding of a dict whose keys are not all distinct plain strings.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark._py_dict_of_pairs(p_pairs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_pairs jsonb;
begin
  select jsonb_agg(jsonb_build_array(entry.key, entry.value) order by entry.position)
    into v_pairs
  from (
    select (array_agg(pair.value -> 0 order by pair.position))[1],
      (array_agg(pair.value -> 1 order by pair.position desc))[1],
      min(pair.position)
    from jsonb_array_elements(p_pairs) with ordinality as pair (value, position)
    group by waymark._py_key(pair.value -> 0)
  ) as entry (key, value, position);
  if not jsonb_path_exists(v_pairs, 'strict $[*][0] ? (@.type() != "string" || @ == "$")') then
    return waymark.py_dict(v_pairs);
  end if;
  perform waymark._py_same_key(member.pair -> 0, waymark._py_key(other.pair -> 0))
  from jsonb_array_elements(v_pairs) as member (pair), jsonb_array_elements(v_pairs) as other (pair)
  where member.pair -> 0 ->> '$' = 'enum';
  return jsonb_build_object('$', 'dict', 'v', v_pairs);
end
$$;

comment on function waymark._py_dict_of_pairs(jsonb) is
  'The encoding of a dict whose keys are not all distinct plain strings.';
