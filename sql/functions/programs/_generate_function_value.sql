-- A function or class as an argument: a name is a value that only operators see; what a lambda gives is left to CPython. SQLSTATEs: WM101, WM502.
create or replace function waymark._generate_function_value(p_form text, p_body jsonb, p_names jsonb, p_path text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_path text := format('%s.%s', p_path, p_form);
  v_names jsonb := p_names;
  v_parameter jsonb;
begin
  if p_form = 'callable' then
    if jsonb_typeof(p_body) <> 'string' or p_body #>> '{}' !~ '^[^\s"''\\]+$' or length(p_body #>> '{}') > 500 then
      perform waymark._refuse_ir(v_path, 'must be the name of a function or class');
    end if;
    return format('jsonb_build_object(''$'', ''callable'', ''v'', %L::text)', p_body #>> '{}');
  end if;
  perform waymark._check_fields(p_body, '{"parameters": "array", "body": "object"}', v_path);
  for v_parameter in select * from jsonb_array_elements(p_body -> 'parameters') loop
    if jsonb_typeof(v_parameter) <> 'string' then
      perform waymark._refuse_ir(v_path || '.parameters', 'must be names');
    end if;
    v_names := v_names - (' ' || (v_parameter #>> '{}')) || jsonb_build_object(v_parameter #>> '{}', 'null::jsonb');
  end loop;
  perform waymark._generate_expression(p_body -> 'body', v_names, v_path || '.body', 'value', false, p_depth);
  return 'waymark._refuse(''a lambda'', ''Compute it in an action.'')';
end
$$;
comment on function waymark._generate_function_value(text, jsonb, jsonb, text, int) is 'The SQL of a function or class as an argument.';
