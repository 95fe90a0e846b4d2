-- local -> the expression that reads it: UnboundLocalError when it is unbound. With a space before its name: as it is held, in pages if it is large.
create or replace function waymark._variable_reads(p_variables jsonb) returns jsonb
language plpgsql stable as $$
begin
  return (select coalesce(jsonb_object_agg(v.key, format('coalesce(case when v_paged then waymark._paged_whole(%I) else %1$I end, waymark._py_unbound(%L))',
                                                         v.value #>> '{}', v.key))
                       || jsonb_object_agg(' ' || v.key, format('coalesce(%I, waymark._py_unbound(%L))', v.value #>> '{}', v.key)), '{}')
            from jsonb_each(p_variables) v);
end
$$;
comment on function waymark._variable_reads(jsonb) is 'The expressions that read the locals of a function.';
