-- What a node does with the value that CPython has computed for it.
create or replace function waymark._generate_resumption(p_node jsonb, p_position int, p_variables jsonb) returns text
language plpgsql stable as $$
begin
  return format(E'          elsif v_skip = %s then\n          pc := %s;\n          v_skip := 0;\n          perform waymark._check_evaluation(v_ok, v_value);\n'
    '          %s\n', p_position, ~(p_node -> 'id')::int, case p_node ->> 'kind'
      when 'branch' then format('pc := case when v_value = ''true'' then %s else %s end;', p_node -> 'then', p_node -> 'else')
      else waymark._generate_store(p_node, quote_ident(p_variables ->> (p_node ->> 'target')), 'v_value') end);
end
$$;
comment on function waymark._generate_resumption(jsonb, int, jsonb) is 'The code that goes on with the value of an evaluation.';
