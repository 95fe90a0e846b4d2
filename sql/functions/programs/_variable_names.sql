-- local -> name of its PL/pgSQL variable: engine-made from the position, with what is safe of the user's name for the reader of \sf.
create or replace function waymark._variable_names(p_locals jsonb, p_function int) returns jsonb
language plpgsql immutable as $$
begin
  return (
    select coalesce(jsonb_object_agg(l.value #>> '{}', format('%sl%s%s', case when p_function > 0 then format('f%s', p_function) else '' end, l.ordinality - 1,
             left('_' || regexp_replace(lower(l.value #>> '{}'), '[^a-z0-9_]', '', 'g'), 40))), '{}')
      from jsonb_array_elements(p_locals) with ordinality l);
end
$$;
comment on function waymark._variable_names(jsonb, int) is 'The PL/pgSQL variable of each local of a function.';
