-- local -> the expression that reads it: UnboundLocalError when it is unbound.
create or replace function waymark._variable_reads(p_variables jsonb) returns jsonb
language plpgsql stable as $$
begin
  return (select coalesce(jsonb_object_agg(v.key, format('coalesce(%I, waymark._py_unbound(%L))', v.value #>> '{}', v.key)), '{}')
            from jsonb_each(p_variables) v);
end
$$;
comment on function waymark._variable_reads(jsonb) is 'The expressions that read the locals of a function.';
