-- The statements of one node, up to where it suspends.
create or replace function waymark._generate_node(p_ir jsonb, p_node jsonb, p_function int, p_variables jsonb[]) returns text
language plpgsql stable as $$
declare
  v_path text := format('$.nodes[%s]', p_node -> 'id');
  v_names jsonb := p_variables[p_function + 1];
  v_target text := quote_ident(v_names ->> (p_node ->> 'target'));
  v_reads jsonb := waymark._variable_reads(v_names);
  v_suspend text := format(E'          locals := %s;\n          pc := %s;\n', waymark._generate_save(v_names, false), ~(p_node -> 'id')::int);
  v_text text;
begin
  case p_node ->> 'kind'
    when 'assign' then v_text := waymark._generate_assign(p_node, v_reads, v_path, v_target);
    when 'mutate' then v_text := waymark._generate_mutate(p_node, v_reads, v_path, v_target);
    when 'branch' then
      v_text := format('if %s then pc := %s; else pc := %s; end if;',
        waymark._generate_expression(p_node -> 'test', v_reads, v_path || '.test', 'boolean', false), p_node -> 'then', p_node -> 'else');
    when 'iterate' then
      v_text := format(E'v_value := %6$s;\n          if v_value is null then pc := %3$s;\n'
        '          else %4$s := v_value; %2$s := to_jsonb(%2$s::int + 1); pc := %5$s; end if;',
        v_names ->> (p_node ->> 'iterator'), v_names ->> (p_node ->> 'index'), p_node -> 'done', v_target, p_node -> 'next',
        format(case when waymark._uses_heap(p_ir) then 'waymark._heap_next(%s, %s::int, v_heap)' else 'waymark._py_iterate(%s, %s::int)' end,
          v_names ->> (p_node ->> 'iterator'), v_names ->> (p_node ->> 'index')));
    when 'action' then
      v_text := format(E'payload := %s;\n%s          effect := ''action'';\n          exit activation;',
        waymark._generate_invocation(p_node -> 'call', v_reads, v_path || '.call'), v_suspend);
    when 'fork' then
      v_text := format(E'v_value := %s;\n          v_ok := true;\n          if v_value = ''[]'' then\n            pc := %s; continue block;\n          end if;\n'
        '          payload := waymark._check_fork(v_value, %L);\n%s          effect := payload ->> ''effect'';\n          exit activation;',
        waymark._generate_expression(p_node -> 'branches', v_reads, v_path || '.branches', 'value', true),
        ~(p_node -> 'id')::int, p_node -> 'settle', v_suspend);
    when 'sleep' then
      v_text := format(E'payload := waymark._check_sleep(%s);\n          if payload is null then\n            v_ok := true; v_value := ''null''; pc := %s; continue block;\n'
        '          end if;\n%s          effect := ''sleep'';\n          exit activation;',
        waymark._generate_expression(p_node -> 'seconds', v_reads, v_path || '.seconds', 'value', false), ~(p_node -> 'id')::int, v_suspend);
    when 'call' then
      v_text := waymark._generate_call(p_ir, p_node, v_names, v_reads);
    when 'catch' then
      v_text := format('%s := v_error;', v_target);
    when 'raise' then
      v_text := format('perform waymark._raise_value(%s);', waymark._generate_expression(p_node -> 'value', v_reads, v_path || '.value', 'value', false));
    when 'return' then
      v_text := format(E'%s := %s;\n', case when p_function = 0 then 'payload' else 'v_value' end,
          waymark._generate_expression(p_node -> 'value', v_reads, v_path || '.value',
            case when p_function > 0 and p_node -> 'value' ? 'local' then 'held' else 'value' end, false))
        || case when p_function = 0 then E'          effect := ''return'';\n          exit activation;'
           else E'          if frames = ''[]'' then\n            effect := ''return'';\n            payload := waymark._paged_whole(v_value);\n            exit activation;\n          end if;\n'
                '          v_ok := true;\n          pc := (frames #> ''{-1,pc}'')::int;\n          locals := frames #> ''{-1,locals}'';\n'
                '          frames := frames - -1;\n          v_load := true;\n          continue activation;' end;
    else
      v_text := waymark._generate_concurrency(p_node, v_names, v_reads, v_suspend);
  end case;
  return '          ' || v_text || E'\n';
end
$$;
comment on function waymark._generate_node(jsonb, jsonb, int, jsonb[]) is 'The code of one node.';
