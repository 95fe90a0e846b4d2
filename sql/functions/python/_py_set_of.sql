-- The set of an engine list's elements: of equal ones the first stays.
-- Raises: WM501 TypeError for an unhashable element; WM502 for elements whose equality the engine does not know.
create or replace function waymark._py_set_of(p_elements jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_path_exists(p_elements, 'strict $[*] ? (@.type() != "string" && @.type() != "number")') then
    perform waymark._py_position(p_elements, element.value)
    from jsonb_array_elements(p_elements) as element (value)
    where element.value ->> '$' = 'enum';
    return jsonb_build_object('$', 'set', 'v', (
      select jsonb_agg(member.value order by member.position)
      from (
        select (array_agg(element.value order by element.position))[1], min(element.position)
        from jsonb_array_elements(p_elements) with ordinality as element (value, position)
        group by waymark._py_key(element.value)
      ) as member (value, position)
    ));
  end if;
  return jsonb_build_object('$', 'set', 'v', coalesce((
    select jsonb_agg(member.value)
    from (
      select distinct on (element.value) element.value
      from jsonb_array_elements(p_elements) with ordinality as element (value, position)
      order by element.value, element.position
    ) as member
  ), '[]'));
end
$$;

comment on function waymark._py_set_of(jsonb) is
  'The Python set of an array of elements.';
