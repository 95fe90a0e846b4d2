-- The items of a dict in insertion order, as an array of [key, value], whichever of its three encodings it has.
create or replace function waymark._py_pairs(p_dict jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  if p_dict ->> '$' = 'dict' then
    return p_dict -> 'v';
  elsif p_dict ? '$' then
    return (
      select jsonb_agg(jsonb_build_array(entry.key, p_dict -> entry.key) order by entry.position)
      from jsonb_array_elements_text(p_dict -> '$') with ordinality as entry (key, position)
    );
  end if;
  return coalesce((select jsonb_agg(jsonb_build_array(entry.key, entry.value)) from jsonb_each(p_dict) as entry), '[]');
end
$$;

comment on function waymark._py_pairs(jsonb) is
  'The items of a dict in insertion order, as an array of [key, value].';
