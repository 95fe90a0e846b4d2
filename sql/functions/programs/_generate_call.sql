-- A helper method: the caller's variables become a call record, the callee starts with its parameters.
create or replace function waymark._generate_call(p_ir jsonb, p_node jsonb, p_variables jsonb, p_reads jsonb) returns text
language plpgsql stable as $$
declare
  v_callee jsonb := p_ir #> array['functions', p_node ->> 'function'];
  v_parameter jsonb;
  v_pairs text[] := array[]::text[];
begin
  for v_parameter in select * from jsonb_array_elements(v_callee -> 'parameters') loop
    if p_node -> 'args' ? (v_parameter ->> 'name') then
      v_pairs := v_pairs || format('jsonb_build_object(%L, %s)', v_parameter ->> 'name', waymark._generate_expression(
        p_node -> 'args' -> (v_parameter ->> 'name'), p_reads, format('$.nodes[%s].args.%s', p_node -> 'id', v_parameter ->> 'name'),
        case when p_node -> 'args' -> (v_parameter ->> 'name') ? 'local' then 'held' else 'value' end, false));
    elsif v_parameter ? 'default' then
      v_pairs := v_pairs || format('jsonb_build_object(%L, %L::jsonb)', v_parameter ->> 'name', v_parameter -> 'default');
    else
      perform waymark._refuse_ir(format('$.nodes[%s].args', p_node -> 'id'), format('lack "%s"', v_parameter ->> 'name'));
    end if;
  end loop;
  return format(E'v_value := %s;\n          frames := waymark._push_frame(frames, %s, %s);\n          locals := v_value;\n          pc := %s;\n'
    '          v_load := true;\n          continue activation;',
    coalesce(nullif(array_to_string(v_pairs, ' || '), ''), '''{}''::jsonb'), ~(p_node -> 'id')::int, waymark._generate_save(p_variables, false), v_callee -> 'entry');
end
$$;
comment on function waymark._generate_call(jsonb, jsonb, jsonb, jsonb) is 'The code that calls a helper method.';
