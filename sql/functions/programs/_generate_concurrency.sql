-- The statements of a node of tasks, child runs, scopes, semaphores and signals. What needs the engine's answer suspends; the rest is put on the list of commands,
-- which the turn carries out when the step has ended. SQLSTATEs: WM101.
create or replace function waymark._generate_concurrency(p_node jsonb, p_names jsonb, p_reads jsonb, p_suspend text) returns text
language plpgsql stable as $$
declare
  c_command constant text := 'commands := commands || jsonb_build_object(''do'', %L, %s);';
  c_suspend constant text := E'payload := %s;\n%s          effect := %L;\n          exit activation;';
  v_kind text := p_node ->> 'kind';
  v_path text := format('$.nodes[%s]', p_node -> 'id');
  v_field text := case v_kind when 'wait' then 'tasks' when 'cancel' then 'tasks' when 'scope' then 'seconds' when 'semaphore' then 'value' when 'signal' then 'name'
    else 'semaphore' end;
  v_value text := '''null''::jsonb';
  v_timeout text := '''null''';
  v_bind text := '';
begin
  if v_kind in ('child', 'spawn') then
    v_value := waymark._generate_invocation(p_node -> 'call', p_reads, v_path || '.call');
  elsif v_kind <> 'unscope' and p_node -> v_field <> 'null' then
    v_value := waymark._generate_expression(p_node -> v_field, p_reads, format('%s.%s', v_path, v_field), 'value', false);
  end if;
  if v_kind in ('spawn', 'scope', 'semaphore') then
    v_value := format(case v_kind when 'scope' then 'waymark._check_timeout(%s)' when 'semaphore' then 'waymark._check_semaphore(%s)' else '%s' end, v_value);
    if p_node ->> 'target' is not null then
      v_bind := format(E'\n          %I := %s;', p_names ->> (p_node ->> 'target'), case v_kind when 'scope' then 'v_value'
                       else format('jsonb_build_object(''$'', %L, ''v'', v_value)', case v_kind when 'spawn' then 'task' else v_kind end) end);
    end if;
    return format(E'payload := %s;\n          v_value := to_jsonb(nextval(''waymark.numbers''));\n          ', v_value)
      || format(c_command, v_kind, format('''number'', v_value, ''node'', %s, ''value'', payload, ''group'', %s, ''bounded'', %L', p_node -> 'id',
                                          coalesce(p_reads ->> (p_node ->> 'group'), 'null'), coalesce(p_node -> 'bounded', 'false'))) || v_bind;
  end if;
  if coalesce(p_node -> 'timeout', 'null') <> 'null' then
    v_timeout := waymark._generate_expression(p_node -> 'timeout', p_reads, v_path || '.timeout', 'value', false);
  end if;
  return case v_kind
    when 'child' then format(c_suspend, v_value, p_suspend, 'child')
    when 'wait' then format(c_suspend, format('waymark._check_wait(%s, %L, %s, %L)', v_value, p_node ->> 'until', v_timeout,
                                         p_node -> 'linked'), p_suspend, 'wait')
    when 'signal' then format(c_suspend, format('waymark._check_signal_wait(%s, %s)', v_value, v_timeout), p_suspend, 'signal')
    when 'unscope' then format(c_suspend, format('jsonb_build_object(''scope'', %s)', p_reads ->> (p_node ->> 'scope')), p_suspend, 'unscope')
    when 'acquire' then format(c_suspend, format('jsonb_build_object(''semaphore'', waymark._check_handle(%s, ''semaphore''))', v_value), p_suspend, 'acquire')
    when 'release' then format(c_command, 'release', format('''semaphore'', waymark._check_handle(%s, ''semaphore'')', v_value))
    when 'cancel' then format(c_command, 'cancel', format('''tasks'', waymark._check_tasks(%s)', v_value))
  end;
end
$$;
comment on function waymark._generate_concurrency(jsonb, jsonb, jsonb, text) is 'The code of a node of tasks, child runs, scopes, semaphores and signals.';
