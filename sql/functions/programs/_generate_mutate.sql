-- A node that changes an object: the method answers what its cell holds now.
create or replace function waymark._generate_mutate(p_node jsonb, p_reads jsonb, p_path text, p_target text) returns text
language plpgsql stable as $$
declare
  v_args text[];
  v_kwargs text;
begin
  if p_node ->> 'method' !~ '^[a-z_]{1,50}$' then
    perform waymark._refuse_ir(p_path || '.method', 'must be the name of a method');
  end if;
  select coalesce(array_agg(waymark._generate_expression(a.value, p_reads, format('%s.args[%s]', p_path, a.ordinality - 1), 'value', false) order by a.ordinality), '{}')
    into v_args from jsonb_array_elements(p_node -> 'args') with ordinality a;
  select string_agg(format('jsonb_build_object(%L, %s)', k.key, waymark._generate_expression(k.value, p_reads, format('%s.kwargs.%s', p_path, k.key), 'value', false)),
                    ' || ' order by k.key)
    into v_kwargs from jsonb_each(p_node -> 'kwargs') k;
  return format(E'v_value := waymark._heap_mutate(%L, %s, %s, %s, v_heap);\n'
    '          if v_value ? ''cell'' then\n            v_heap[(v_value -> ''cell'')::int] := v_value -> ''content'';\n            v_touched := array_append(v_touched, (v_value -> ''cell'')::int);\n          end if;%s',
    p_node ->> 'method', waymark._generate_expression(p_node -> 'object', p_reads, p_path || '.object', 'value', false), waymark._generate_array(v_args),
    coalesce(v_kwargs, '''{}''::jsonb'), case when p_target is null then '' else format(E'\n          %s := v_value -> ''result'';', p_target) end);
end
$$;
comment on function waymark._generate_mutate(jsonb, jsonb, text, text) is 'The code of a node that changes an object.';
