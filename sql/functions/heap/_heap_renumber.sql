-- A value whose references have new numbers.
create or replace function waymark._heap_renumber(p_value jsonb, p_numbers jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if jsonb_typeof(p_value) not in ('array', 'object') then
    return p_value;
  elsif waymark._heap_is_reference(p_value) then
    return jsonb_build_object('$', p_numbers -> (p_value ->> '$'));
  elsif not jsonb_path_exists(p_value, 'strict $.** ? (@."$".type() == "number")', silent => true) then
    return p_value;
  elsif jsonb_typeof(p_value) = 'array' then
    return (
      select jsonb_agg(waymark._heap_renumber(item.value, p_numbers) order by item.position)
      from jsonb_array_elements(p_value) with ordinality as item (value, position));
  end if;
  return (select jsonb_object_agg(item.key, waymark._heap_renumber(item.value, p_numbers)) from jsonb_each(p_value) as item);
end
$$;

comment on function waymark._heap_renumber(jsonb, jsonb) is
  'A value whose references have new numbers.';
