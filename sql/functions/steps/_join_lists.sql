-- The elements of all lists of a list, in order: what a comprehension of several generators gives.
create or replace function waymark._join_lists(p_lists jsonb) returns jsonb
language plpgsql stable as $$
begin
  return coalesce((
    select jsonb_agg(e.value order by l.i, e.i)
      from jsonb_array_elements(p_lists) with ordinality l(value, i), jsonb_array_elements(l.value) with ordinality e(value, i)), '[]');
end
$$;
comment on function waymark._join_lists(jsonb) is 'The elements of all lists of a list, in order.';
